"""What lesson 08 runs: Publish to a bus."""
