"""What lesson 09 runs: Choose what an event says."""
