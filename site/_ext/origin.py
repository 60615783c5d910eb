"""Note what a site was built from, so that it is seen whether it is up to date."""

import hashlib
from pathlib import Path

NOTE = "built-from.txt"
SOURCES = (
    "site/**/*",
    "notebooks/*.ipynb",
    "helpers/**/*",
    "data/**/*",
    "pyproject.toml",
    "uv.lock",
)
MADE = {"__pycache__", ".ipynb_checkpoints"}


def setup(app):
    """Register the events. Called by Sphinx."""
    app.connect("builder-inited", forget)
    app.connect("build-finished", note, priority=900)  # after the slides
    return {"parallel_read_safe": True}


def forget(app):
    """Take the note away: what is in the folder from now on is in the making."""
    (Path(app.outdir) / NOTE).unlink(missing_ok=True)


def note(app, error):
    """Write the note, if nothing went wrong and nothing was warned of."""
    if error is None and not app._warncount and app.builder.format == "html":
        root = (Path(app.srcdir) / app.config.lessons_source).resolve().parent
        (Path(app.outdir) / NOTE).write_text(digest(root), encoding="utf-8")


def is_current(site, root):
    """Whether a site was built, without a warning, from the files that the project now has."""
    path = site / NOTE
    return path.exists() and path.read_text(encoding="utf-8") == digest(root)


def digest(root):
    """SHA-256 over the names and contents of all that a site is built from."""
    found = hashlib.sha256()
    for path in sorted({path for glob in SOURCES for path in root.glob(glob)}):
        parts = path.relative_to(root).parts
        if path.is_file() and not MADE & set(parts) and parts[:2] != ("site", "lessons"):
            found.update("/".join(parts).encode() + path.read_bytes())
    return found.hexdigest()
