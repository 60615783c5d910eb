"""What lesson 12 runs: Choreograph and orchestrate."""
