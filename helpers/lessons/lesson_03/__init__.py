"""What lesson 03 runs: Put a queue between."""
