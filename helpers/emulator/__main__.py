"""``python -m helpers.emulator``: which correction does not fit the installed moto?

Prints one row for each function of moto's that a correction replaces or relies on and that is not
what it was, as Markdown. Ends with 1 if there is any, so that a weekly run on the newest moto fails
with the list of what there is to look at.
"""

import sys

from helpers.emulator.fit import misfits, report

if __name__ == "__main__":
    found = list(misfits())
    print(report(found))
    sys.exit(bool(found))
