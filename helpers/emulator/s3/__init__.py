"""S3, as far as messages are concerned: what a bucket tells others, and conditional writes."""
