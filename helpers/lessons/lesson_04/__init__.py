"""What lesson 04 runs: Recover from a backlog."""
