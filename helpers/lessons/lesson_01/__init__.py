"""What lesson 01 runs: Measure coupling."""
