"""What lesson 05 runs: Share a queue fairly."""
