"""Bring the README's lists of lessons and its pictures up to date: `uv run python site/readme.py`.

The moving picture is the run that lesson 00 begins with; the chart is one of lesson 03, drawn by
the lesson's own cells.
"""

import ast
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "site" / "_ext"))

from address import published  # noqa: E402
from metadata import about  # noqa: E402

README = ROOT / "README.md"
MOVING = ROOT / "site" / "_static" / "replay.gif"
PICTURE = ROOT / "site" / "_static" / "backlog.png"
LESSON, CHART = "03-*.ipynb", "charts.backlog("
TABLE = re.compile(r"(?<=<!-- lessons -->\n).*?(?=<!-- end of lessons -->)", re.DOTALL)
PATH = re.compile(r"(?<=<!-- two hours -->\n).*?(?=<!-- end of two hours -->)", re.DOTALL)
BADGES = re.compile(r"(?<=<!-- open it -->\n).*?(?=<!-- end of open it -->)", re.DOTALL)
FILM = re.compile(r"!\[[^\]]*\]\(site/_static/replay\.gif\)", re.DOTALL)
IMAGE = re.compile(r"!\[[^\]]*\]\(site/_static/backlog\.png\)", re.DOTALL)


def table(notebooks=ROOT / "notebooks"):
    """The lessons that stand, as Markdown, from what each says of itself."""
    rows = ["| lesson | question | minutes |", "|---|---|--:|"]
    for path in sorted(notebooks.glob("[0-9][0-9]-*.ipynb")):
        lesson = about(path)
        link = f"[{lesson['number']:02d} {lesson['title']}](notebooks/{path.name})"
        rows.append(f"| {link} | {lesson['question']} | {lesson['minutes']} |")
    return "\n".join(rows) + "\n"


def path(notebooks=ROOT / "notebooks"):
    """The parts of lessons for somebody with two hours, as Markdown, from the same metadata."""
    from helpers.lessons.two_hours import parts

    rows = []
    for file in sorted(notebooks.glob("[0-9][0-9]-*.ipynb")):
        found = parts(json.loads(file.read_text(encoding="utf-8")))
        ways = [f"*{part.begin}* until *{part.until}*" for part in found if not part.whole]
        whole = [f"until *{part.until}*" for part in found if part.whole]
        if found:
            name = about(file)
            link = f"[{name['number']:02d} {name['title']}](notebooks/{file.name})"
            rows.append(f"- {link} {', then '.join(whole + ways)}")
    return "\n".join(rows) + "\n"


def badges(address):
    """What opens the lessons where they are published, as Markdown; nothing while they are not."""
    return "".join(f"{line}\n" for line in address.badges()) if address else ""


def picture():
    """Run the cells of the lesson up to its chart; return its figure and its alt text."""
    [path] = (ROOT / "notebooks").glob(LESSON)
    from helpers import charts

    names = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            body = ast.parse("".join(cell["source"])).body
            shown = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), path.name, "exec"), names)
            if shown:
                eval(compile(shown, path.name, "eval"), names)
            if CHART in "".join(cell["source"]):
                return names["ax"].get_figure(root=True), charts.describe(names["ax"])
    raise LookupError(f"no cell of {path.name} draws {CHART}…)")


def moving_picture():
    """Write the replay of an order that is charged twice; return its alt text."""
    from helpers import charts, trace
    from helpers.charts.replay.moving import write_gif
    from helpers.lessons.lesson_00 import experiment

    run = experiment.noon(lost=0.05)
    second = trace.duplicates(run).iloc[0]
    order, end = second["order_id"], second["time"] + 20
    replay = charts.replay(run, order=order, start=60, end=end)
    write_gif(replay.film, MOVING, order=order)
    return (
        f"Orders move from the checkout through a queue to a worker. The reply to {order} is "
        "lost, so it is sent again, received twice and charged twice."
    )


def main():
    """Write all five."""
    figure, alt = picture()
    figure.savefig(PICTURE, dpi=192, metadata={"Software": None})
    text = TABLE.sub(lambda _: table(), README.read_text(encoding="utf-8"))
    text = PATH.sub(lambda _: path(), text)
    text = BADGES.sub(lambda _: badges(published(ROOT)), text)
    told = moving_picture()
    text = FILM.sub(lambda _: f"![{told}](site/_static/replay.gif)", text)
    text = IMAGE.sub(lambda _: f"![{alt}](site/_static/backlog.png)", text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
