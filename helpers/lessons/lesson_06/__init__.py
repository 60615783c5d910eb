"""What lesson 06 runs: Know what SQS promises."""
