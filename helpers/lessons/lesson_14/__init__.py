"""What lesson 14 runs: Hold Black Friday."""
