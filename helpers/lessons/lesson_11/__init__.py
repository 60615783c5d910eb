"""What lesson 11 runs: Wait for a callback."""
