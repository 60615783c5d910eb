"""The table of differences as a notebook shows it: whole, in as many lines as the screen needs."""

from __future__ import annotations

from html import escape

import pandas as pd

CELL = "text-align:left;vertical-align:top;white-space:normal;overflow-wrap:anywhere"
# Shares of the width: the words of AWS and of the two emulators need most of it.
WIDTHS = {
    "behaviour": 20, "AWS": 18, "plain moto": 17, "here": 17, "as on AWS": 9, "source": 19,
}  # fmt: skip


class Table(pd.DataFrame):  # type: ignore[misc]  # pandas has no types
    """A table whose cells wrap. What is taken out of it is an ordinary DataFrame."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def _repr_html_(self) -> str:
        heads = "".join(
            f'<th scope="col" style="{CELL};width:{WIDTHS.get(name, 15)}%">{escape(name)}</th>'
            for name in map(str, self.columns)
        )
        rows = "".join(
            "<tr>"
            + "".join(f'<td style="{CELL}">{escape(str(each))}</td>' for each in row)
            + "</tr>"
            for row in self.itertuples(index=False)
        )
        return (
            '<table style="table-layout:fixed;width:100%">'
            f'<caption style="{CELL}">Where the emulator differs from AWS</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )
