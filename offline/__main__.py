"""Make a class's folder: `uv run python -m offline`."""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

from offline.folder import Refused, make, version
from offline.lists import Lacking
from offline.machines import LEFT_OUT, MACHINES, PYTHONS
from offline.wheels import NotBrought

ROOT = Path(__file__).resolve().parents[1]


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    default = ROOT / "dist" / f"event-driven-architectures-{version(ROOT)}"
    parser = argparse.ArgumentParser(
        prog="python -m offline",
        description="Make a folder from which a class installs the lessons without a network.",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=default, help=f"default: {default}")
    parser.add_argument(
        "--machine", nargs="+", choices=MACHINES, metavar="NAME", default=list(MACHINES),
        help=f"only for these machines: {', '.join(MACHINES)}",
    )  # fmt: skip
    parser.add_argument(
        "--python", nargs="+", choices=PYTHONS, metavar="3.x", default=list(PYTHONS),
        help=f"only for these Pythons: {', '.join(PYTHONS)}",
    )  # fmt: skip
    parser.add_argument("--no-pages", action="store_true", help="leave out the built site")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> None:
    """Make the folder and say how large it is."""
    asked = arguments(words)
    pairs = [each for each in product(asked.machine, asked.python) if each not in LEFT_OUT]
    try:
        if not pairs:
            raise Refused(f"no wheels for {asked.machine[0]} with Python {asked.python[0]}")
        parts = make(ROOT, asked.folder, pairs, pages=not asked.no_pages)
    except (Refused, Lacking, NotBrought) as error:
        sys.exit(f"Not made: {error}")
    print(f"\n{'machine':<16}{'Python':<8}{'wheels, MB':>10}")
    for part in parts:
        print(f"{part.machine:<16}{part.python:<8}{part.size / 1e6:>10.0f}")
    whole = sum(path.stat().st_size for path in asked.folder.rglob("*") if path.is_file())
    print(f"\n{asked.folder} has {whole / 1e6:.0f} MB: many machines share a wheel.")


if __name__ == "__main__":
    main()
