"""Put the teams' files together: ``python -m helpers.lessons.lesson_14 handed-in``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from helpers.lessons.lesson_14.classroom import table


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and what is wrong with a file. 1 if there was such a file, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.lessons.lesson_14", description=__doc__.partition(":")[0] + "."
    )
    parser.add_argument("folder", help="where the teams' files are")
    parser.add_argument("--csv", metavar="FILE", help="also write the table into this file")
    asked = parser.parse_args(arguments)
    try:
        frame, wrong = table(asked.folder)
    except FileNotFoundError as error:
        parser.error(str(error))
    print(frame.round(2).to_string())
    if asked.csv:
        frame.to_csv(asked.csv)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
