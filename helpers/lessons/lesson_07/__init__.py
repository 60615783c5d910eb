"""What lesson 07 runs: Route from the sender."""
