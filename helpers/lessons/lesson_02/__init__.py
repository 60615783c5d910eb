"""What lesson 02 runs: Call and wait."""
