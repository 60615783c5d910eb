"""A class without a network: one folder with the lessons, the pages and all that they need.

For whoever teaches, not for readers: `uv run python -m offline` makes the folder, and the
`install.py` inside it installs from it.
"""
