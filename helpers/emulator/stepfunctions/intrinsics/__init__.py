"""Intrinsic functions of JSONPath states: read, evaluated, and how they fail."""
