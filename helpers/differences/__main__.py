"""``python -m helpers.differences``: run the table of differences; print it, or write it as JSON.

The site's page of differences is made from the JSON.
"""

import argparse
from pathlib import Path

from helpers.differences.run import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m helpers.differences", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    to = parser.parse_args().json
    rows = table()
    if to is None:
        print(rows.to_string(index=False))
    else:
        rows.to_json(to, orient="records", indent=1, force_ascii=False)


if __name__ == "__main__":
    main()
