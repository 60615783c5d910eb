"""What lesson 00 runs: Start here."""
