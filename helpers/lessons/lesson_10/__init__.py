"""What lesson 10 runs: Orchestrate with Step Functions."""
