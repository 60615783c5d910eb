"""Open the lessons that install.py has laid here: python3 start.py (on Windows: py start.py)."""

import contextlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
PYTHON = os.path.join(HERE, ".venv", *OWN)
FIRST = os.path.join(HERE, "notebooks", "00-start-here.ipynb")

if not os.path.exists(PYTHON):
    sys.exit(f"{PYTHON} is missing: run install.py of the class's folder first")
with contextlib.suppress(KeyboardInterrupt):  # the way to end a server
    words = [PYTHON, "-X", "utf8", "-m", "jupyter", "lab", FIRST, *sys.argv[1:]]
    sys.exit(subprocess.call(words, cwd=HERE, env={**os.environ, "PYTHONUTF8": "1"}))
