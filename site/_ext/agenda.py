"""Agendas of a workshop, from the minutes that the lessons say of themselves.

Knows no Sphinx. A lesson is a mapping with `minutes`, `number` and `title`.
"""

from dataclasses import dataclass

WELCOME, CLOSING = 10, 15  # minutes
BREAK, LUNCH = 15, 60
LONGEST_STRETCH = 100  # minutes of work before a break
NINE, ONE = 9 * 60, 13 * 60  # minutes after midnight: the day begins; lunch has begun by then
TWO_HOURS, HALF_DAY, FULL_DAY = 2 * 60, 4 * 60, 8 * 60  # from welcome to end, breaks included


@dataclass(frozen=True)
class Item:
    """One line of an agenda. `lesson` is None for what is no lesson."""

    begin: int  # minutes after midnight
    minutes: int
    what: str
    lesson: dict | None = None

    @property
    def end(self):
        return self.begin + self.minutes

    @property
    def clock(self):
        """When it begins, as 09:05."""
        return f"{self.begin // 60:02d}:{self.begin % 60:02d}"


def sessions(lessons, *, longest):
    """Spread lessons, in their order, over as few sessions as they need.

    Parameters
    ----------
    longest : int
        Minutes of one session, breaks and lunch included: TWO_HOURS, HALF_DAY or
        FULL_DAY.

    Returns
    -------
    list of list of Item
        A session begins with the welcome and ends with the closing. It is longer than `longest`
        only where a single lesson is.
    """
    found, waiting = [], list(lessons)
    while waiting:
        session = [Item(NINE, WELCOME, "Welcome" if not found else "What we saw last time")]
        while waiting:
            lesson, minutes = waiting[0], waiting[0]["minutes"]
            more = pause(session, minutes, longest)
            begin = [*session, *more][-1].end
            more.append(Item(begin, minutes, lesson["title"], lesson))
            full = more[-1].end + CLOSING > NINE + longest
            if full and any(item.lesson for item in session):
                break
            session += more
            waiting.pop(0)
        session.append(Item(session[-1].end, CLOSING, "What we will do differently at work"))
        found.append(session)
    return found


def pause(session, minutes, longest):
    """The break that has to come before so many further minutes of work: a list of one or none."""
    now = session[-1].end
    tired = stretch(session) + minutes > LONGEST_STRETCH and session[-1].lesson
    until = now + minutes + (BREAK if tired else 0)
    had_lunch = any(item.what == "Lunch" for item in session)
    if longest > HALF_DAY and not had_lunch and until > ONE:
        return [Item(now, LUNCH, "Lunch")]
    return [Item(now, BREAK, "Break")] if tired else []


def stretch(session):
    """Minutes of work since the last break."""
    total = 0
    for item in reversed(session):
        if item.what in ("Break", "Lunch"):
            break
        total += item.minutes
    return total


def as_markdown(session, *, links):
    """An agenda as a table. `links` gives the cell of a lesson."""
    rows = ["| from | what | minutes |", "|--:|---|--:|"]
    for item in session:
        what = links(item.lesson) if item.lesson else item.what
        rows.append(f"| {item.clock} | {what} | {item.minutes} |")
    end = Item(session[-1].end, 0, "End")
    return "\n".join([*rows, f"| {end.clock} | {end.what} | |"]) + "\n"
