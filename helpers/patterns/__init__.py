"""The patterns, in plain boto3 and plain Python: what a reader takes home."""
