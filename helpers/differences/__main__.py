"""``python -m helpers.differences``: run the table of differences; print it, or write it as JSON.

The site's page of differences is made from the JSON, which has what is modelled beside the table.
"""

import argparse
import json
import sys
from io import TextIOWrapper
from pathlib import Path

from helpers.differences.modelled import modelled, operations
from helpers.differences.run import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m helpers.differences", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--json", type=Path, metavar="FILE", help="write both tables to FILE")
    what.add_argument(
        "--modelled",
        nargs="?",
        const="",
        metavar="SERVICE",
        help="print what the lab does with each operation of a service, such as sns; "
        "without a service, how many of each it acts on, leaves to moto, and refuses",
    )
    asked = parser.parse_args()
    if isinstance(sys.stdout, TextIOWrapper):  # a file of a system that has not every letter
        sys.stdout.reconfigure(errors="replace")
    if asked.json is not None:
        asked.json.write_text(_as_json(), encoding="utf-8")
    elif asked.modelled is not None:
        try:
            print(modelled(asked.modelled or None).to_string())
        except KeyError as error:
            parser.error(error.args[0])
    else:
        print(table().to_string(index=False))


def _as_json() -> str:
    both = {"differences": table(), "operations": operations()}
    rows = {name: frame.to_dict("records") for name, frame in both.items()}
    return json.dumps(rows, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()
