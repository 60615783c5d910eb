"""The story of an order as an SVG: heads and lifelines, and a row for each step.

Knows no AWS SDK. Part of `helpers.charts.journey`. Drawn so narrow that its text, 13 px high, is
still at least 9 px high on a phone of 390 px. A label has a row of its own, so it may be longer
than its arrow; times stand in a column at the left.
"""

from __future__ import annotations

from html import escape

from helpers.charts.journey.lanes import Lane, lanes
from helpers.charts.journey.letters import SIZE, lines, wide
from helpers.charts.journey.step import BACK, CROSSED, Step
from helpers.charts.spoken import clock
from helpers.charts.style import BLUE, GREEN, GREY, INK, VERMILLION

_NARROW, _WIDE = 380, 512  # px: 13 px of text are 9 px where 512 px are shown as 358
_LANE = 100  # px that a lifeline would like to have
_EDGE, _LINE = 6, 17  # px: room at the sides, and from one line of text to the next
_HEADS_AGAIN = 12  # steps after which the heads are drawn again
_TOGETHER = ("reply lost", "wait", "refused")  # kinds that follow on the step before
_NOTE = 232  # px of a note's text, at most
_FONT = "Arial, 'Liberation Sans', Helvetica, Roboto, 'DejaVu Sans', sans-serif"
_DASHES = {BLUE: "", GREEN: "9 3 2 3", VERMILLION: "6 3"}
_GOOD = {"received": GREEN, "deleted": GREEN}
_EDGES = {"sender": BLUE, "queue": BLUE, "dead-letter queue": VERMILLION, "worker": GREEN}
_TEXT = {BLUE: "#005a8c", GREEN: "#00694d", VERMILLION: "#a84300"}  # dark enough for small text


def drawn(steps: list[Step], *, title: str, description: str) -> str:
    """The drawing as the text of an SVG file."""
    return _Drawing(steps, title).svg(title, description)


class _Drawing:
    """Collects shapes from top to bottom; `y` is how far it has come."""

    def __init__(self, steps: list[Step], title: str) -> None:
        self._lanes = lanes(steps)
        of = list(dict.fromkeys(self._lanes.values()))
        self._left = 2 * _EDGE + max(wide(clock(step.time)) for step in steps)
        self.width = round(min(_WIDE, max(_NARROW, self._left + _LANE * len(of) + _EDGE)))
        self._room = (self.width - self._left - _EDGE) / len(of)
        self._x = {lane: self._left + (at + 0.5) * self._room for at, lane in enumerate(of)}
        self._shapes: list[str] = []
        self._bare: list[tuple[float, float]] = []  # from where to where lifelines are drawn
        self._time = ""
        self.y = 10.0
        for line in lines(title, self.width - 2 * _EDGE, bold=True):
            self._text(line, _EDGE, self.y + SIZE, anchor="start", bold=True)
            self.y += _LINE
        self._heads()
        since = 0
        for at, step in enumerate(steps):
            apart = step.kind in _TOGETHER or steps[at - 1].kind == "waited"
            if since >= _HEADS_AGAIN and not apart and at < len(steps) - 3:
                self._heads()
                since = 0
            self._step(step)
            since += 1
        self._bare[-1] = (self._bare[-1][0], self.y + 4)
        self.y += 10

    def svg(self, title: str, description: str) -> str:
        """The whole, lifelines below all else."""
        high = round(self.y)
        below = "".join(
            f'<path d="M{x:.1f} {top:.1f}V{end:.1f}" stroke="#c4c8cc"/>'
            for x in self._x.values()
            for top, end in self._bare
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{high}" '
            f'viewBox="0 0 {self.width} {high}" role="img" aria-labelledby="t d" fill="none" '
            f'font-family="{_FONT}" font-size="{SIZE:g}">'
            f'<title id="t">{_safe(title)}</title><desc id="d">{_safe(description)}</desc>'
            f'<rect width="100%" height="100%" fill="#fff"/>{below}{"".join(self._shapes)}</svg>\n'
        )

    def _heads(self) -> None:
        """A box for each lifeline, with its name and what it is."""
        inside = self._room - 14
        told = {lane: lines(lane.head, inside, bold=True) for lane in self._x}
        kinds = {lane: lines(_kind(lane), inside) if _kind(lane) else [] for lane in self._x}
        high = 10 + _LINE * max(len(told[lane]) + len(kinds[lane]) for lane in self._x)
        if self._bare:
            self._bare[-1] = (self._bare[-1][0], self.y + 4)
        top = self.y + 8
        for lane, x in self._x.items():
            edge = _EDGES.get(lane.kind, GREY)
            self._box(x - self._room / 2 + 3, top, self._room - 6, high, edge, "#fff")
            rows = [(line, True) for line in told[lane]] + [(line, False) for line in kinds[lane]]
            y = top + (high - _LINE * len(rows)) / 2 + SIZE
            for line, bold in rows:
                self._text(line, x, y, colour=INK if bold else "#555", bold=bold)
                y += _LINE
        self.y = top + high
        self._bare.append((self.y, self.y))
        self.y += 8

    def _step(self, step: Step) -> None:
        if clock(step.time) != self._time:
            self._time = clock(step.time)
            self._text(self._time, _EDGE, self.y + SIZE + 2, anchor="start", colour="#555")
        source = self._lanes[step.source]
        if step.target is None:
            self._note(step, self._x[source])
        else:
            self._arrow(step, self._x[source], self._x[self._lanes[step.target]])

    def _arrow(self, step: Step, start: float, end: float) -> None:
        """The label, and below it the arrow; a cross before the end of one that is lost."""
        colour = _GOOD.get(step.kind, BLUE) if step.good else VERMILLION
        room = max(abs(end - start) - 8, 210)
        self._label(lines(self._named(step), room), (start + end) / 2, _TEXT[colour])
        self.y += 4 if step.kind in CROSSED else 0
        y, right = self.y + 3, 1 if end > start else -1
        if start == end:  # two that share a lifeline
            path = f"M{start:.1f} {y - 3:.1f}h16v8h-14"
            self._path(path, colour)
            end, y, right = start, y + 5, -1
        else:
            lost = step.kind in CROSSED
            tip = start + 0.72 * (end - start) if lost else end - right
            self._path(f"M{start:.1f} {y:.1f}H{tip:.1f}", colour, back=step.kind in BACK)
            if lost:
                cross = f"M{tip - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"
                self._shapes.append(f'<path d="{cross}" stroke="{colour}" stroke-width="2.4"/>')
                self.y += 15
                return
        head = f"M{end - right * 8:.1f} {y - 4:.1f}L{end - right:.1f} {y:.1f}l{-right * 7} 4z"
        self._shapes.append(f'<path d="{head}" fill="{colour}"/>')
        self.y += 15

    def _named(self, step: Step) -> str:
        """The label, with the names of those that share a lifeline."""
        shared = [
            one.name
            for one in (step.source, step.target)
            if one is not None and len(self._lanes[one].names) > 1
        ]
        return f"{step.text} ({' to '.join(shared)})" if shared else step.text

    def _label(self, rows: list[str], middle: float, colour: str) -> None:
        half = max(map(wide, rows)) / 2
        x = min(max(middle, self._left + half + 2), self.width - _EDGE - half - 2)
        high = _LINE * len(rows)
        self._shapes.append(
            f'<rect x="{x - half - 2:.1f}" y="{self.y:.1f}" width="{2 * half + 4:.1f}" '
            f'height="{high}" fill="#fff"/>'
        )
        for row in rows:
            self._text(row, x, self.y + SIZE, colour=colour)
            self.y += _LINE

    def _note(self, step: Step, x: float) -> None:
        """A box over a lifeline; an effect has a diamond in it, and a thick edge."""
        effect = step.kind.startswith("effect")
        sign = 18 if effect else 0
        rows = lines(self._named(step), min(_NOTE, self.width - self._left - 40) - sign)
        wanted, high = max(map(wide, rows)) + sign + 14, _LINE * len(rows) + 6
        left = min(max(x - wanted / 2, self._left), self.width - _EDGE - wanted)
        edge, ground = (INK, "#fff") if effect else (GREY, "#f4f6f8")
        if not step.good:
            edge, ground = VERMILLION, "#fdf0e8"
        top = self.y + 1
        self._box(left, top, wanted, high, edge, ground, thick=2.2 if effect else 1)
        if effect:
            middle = top + high / 2
            diamond = f"M{left + 9:.1f} {middle:.1f}l6-6 6 6-6 6z"
            self._shapes.append(f'<path d="{diamond}" fill="{edge}"/>')
        for at, row in enumerate(rows):
            self._text(
                row,
                left + sign + (wanted - sign) / 2,
                top + 2.5 + SIZE + at * _LINE,
                colour=INK if step.good else _TEXT[VERMILLION],
                bold=False,
            )
        self.y = top + high + 8

    def _box(
        self, x: float, y: float, wide: float, high: float, edge: str, ground: str,
        *, thick: float = 1,
    ) -> None:  # fmt: skip
        self._shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="4" '
            f'fill="{ground}" stroke="{edge}" stroke-width="{thick:g}"/>'
        )

    def _path(self, path: str, colour: str, *, back: bool = False) -> None:
        dashes = "2 3" if back else _DASHES[colour]
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._shapes.append(f'<path d="{path}" stroke="{colour}" stroke-width="1.8"{dashed}/>')

    def _text(
        self, text: str, x: float, y: float, *, anchor: str = "middle", colour: str = INK,
        bold: bool = False,
    ) -> None:  # fmt: skip
        weight = ' font-weight="bold"' if bold else ""
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>'
            f"{_safe(text)}</text>"
        )


def _kind(lane: Lane) -> str:
    """What stands below the name in a head, if the name does not say it."""
    if len(lane.names) > 1:
        return f"{len(lane.names)} together"
    return "" if lane.kind in (lane.head, "service") else lane.kind


def _safe(text: str) -> str:
    """The text as it may stand in XML: without the characters that it has no place for."""
    return escape("".join(letter for letter in text if letter.isprintable()))
