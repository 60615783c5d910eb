"""Where the project is: tests read its files."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
