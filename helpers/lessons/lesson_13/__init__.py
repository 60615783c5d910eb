"""What lesson 13 runs: Make it happen once."""
