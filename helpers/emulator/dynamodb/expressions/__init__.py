"""The expressions of DynamoDB: what they say, what is wrong with them, and what comes of them."""
