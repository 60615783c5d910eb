"""Two small lessons that hold everything a page of the site has to cope with."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FLOW = """\
```mermaid
flowchart LR
    accTitle: Orders through a queue
    accDescr: The shop sends orders to a queue. Two workers take turns and charge the card.
    shop[Shop] -->|send_message| queue[(orders)]
    queue -->|receive_message| one[Worker 1]
    queue -->|receive_message| two[Worker 2]
    one --> card{{Card service}}
    two --> card
    subgraph after [After the third failure]
        dead[(dead letters)]
    end
    queue -. redrive .-> dead
```"""

SEQUENCE = """\
```mermaid
sequenceDiagram
    accTitle: A lost reply
    accDescr: The reply to a send is lost. The shop sends again, and the queue holds two messages.
    participant Shop
    participant SQS
    Shop->>SQS: SendMessage
    SQS--xShop: reply lost
    Note over Shop,SQS: botocore times out
    Shop->>SQS: SendMessage, again
    SQS-->>Shop: 200 OK
```"""

FORMULA = r"""
The time to catch up is $t = B / (\mu - \lambda)$. In an M/M/1 queue

$$W = \frac{1}{\mu - \lambda}, \qquad L_q = \sum_{n=1}^{\infty} (n-1)\, p_n
    = \frac{\rho^2}{1-\rho}, \qquad \rho = \lambda / \mu < 1$$
"""

CHART = """\
import matplotlib.pyplot as plt
from helpers.charts.pictures import show

figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(range(60), [minute % 17 for minute in range(60)])
axes.set(title="Backlog", xlabel="minute", ylabel="messages")
show(axes, alt="Line chart: the backlog rises to 16 messages and falls back, three times.")"""

TABLE = """\
import pandas as pd

pd.DataFrame({f"a rather long column {n}": [0.125 * n, 2.5, 1e3] for n in range(12)})"""

SLIDERS = """\
from helpers import charts, explore


def draw(workers, outage):
    ax = charts.panels()[0]
    ax.plot([0, outage], [0, workers])
    return charts.show(ax, alt=f"{workers} workers, {outage} s of outage.")


explore.sliders(
    draw,
    workers=explore.steps(1, 2, 3, unit="people"),
    outage=explore.steps(60, 120, unit="s", label="down for"),
)"""

REPLAY = """\
from helpers import charts
from helpers.lessons.lesson_00 import experiment

charts.replay(experiment.noon(lost=0.05), end=600, title="Ten minutes at noon")"""

PREDICTION = """\
from helpers import exercises

wait = exercises.predict("How long does the customer wait?", unit="s")"""

TERMS = """\
## A backlog grows

A **backlog** grows while the queue delivers twice. Duplicates, `in flight`, and
[a long poll](02-go-on.ipynb) are no terms here, in flight is. The backlog shrinks. A retry after a
time-out can start a thundering herd."""

COSTS = """\
## What it cost

| facet | with a drum | with two drums | seen in this lesson |
|---|---|---|---|
| temporal | **better** | same | nobody waited for the `drummer` |
| order, topology | **worse** | better | one beat overtook another |"""

# Which pattern when, on a small scale: two roads to one pattern, and a question for the end.
PATTERNS = """\
[questions]
result = "Does anybody dance?"
twice = "What if it is beaten twice?"

[[places]]
id = "ask-result"
question = "result"
asks = "Does anybody dance?"
about = "A dance needs a beat."
answers = [{ says = "Yes", to = "ask-loud" }, { says = "No", to = "hum" }]

[[places]]
id = "ask-loud"
question = "result"
asks = "Is it loud?"
about = "Neighbours ask this."
answers = [{ says = "Very", to = "drum" }, { says = "Hardly", to = "hum" }]

[[places]]
id = "ask-twice"
question = "twice"
asks = "What if it is beaten twice?"
about = "It will be."
answers = [{ says = "Nothing", to = "rest" }]

[patterns.drum]
name = "A drum"
covers = ["drums"]
lead = "It is beaten."
facets = { lesson = 1, design = "a drum" }
least = { bill = [["sqs", "requests", 3]], says = "three beats" }
measured = { run = "13.queue", number = "dollars", of = "an evening" }
chart = { lesson = 1, heading = "Cells", cell = "a-chart" }
proof = ["00.charged-once", "00.most-waiting"]
code = { file = "queue.py", functions = ["ask"] }
calls = ["sqs.send_message"]
twice = "It is louder."
not_for = "the night"
short = "nights"

[patterns.hum]
name = "A hum"
covers = []
lead = "It is hummed."
chart = { lesson = 1, heading = "Diagrams" }
calls = ["eventbridgev2.put_events"]
twice = "Nobody hears it."
not_for = "a crowd"
short = "crowds"
source = "Heard in November 2026."

[patterns.rest]
name = "A rest"
covers = []
lead = "Nothing is heard."
chart = { lesson = 1, heading = "Cells" }
calls = ["sqs.purge_queue"]
twice = "It is longer."
not_for = "a solo"
short = "solos"
last = true

[[pictures]]
pattern = "drum"
says = "Everybody hears it."
proof = "00.charged-once"

[[baselines]]
lesson = 1
against = "silence"
"""

TEACH = {
    "ask": "How many hippos & crocodiles?",
    "right": "Two.",
    "wrong": "None.",
    "reveals": "They hide under water.",
    "also": [{"wrong": "Three.", "reveals": "One was counted again."}],
}

ASKED = {2: "How many zebras?"}  # instead, by lesson

LONG_LINE = "print('a long line ' * 20)  # " + "longer than any phone is wide, " * 5


def slide(slide_type, show=None):
    """Metadata that say what of a cell stands on a slide."""
    return {"slideshow": {"slide_type": slide_type, **({"show": show} if show else {})}}


def cell(source, *tags, slide_type="skip", **fields):
    """Make a code cell."""
    return new_code_cell(source, metadata={"tags": list(tags), **slide(slide_type)}, **fields)


def everything():
    """Make the lesson with one of each."""
    return [
        new_markdown_cell("## Diagrams\n\n" + FLOW, metadata=slide("slide"), id="flow"),
        new_markdown_cell("### Another\n\n" + SEQUENCE, metadata=slide("subslide")),
        new_markdown_cell("## Formulas\n" + FORMULA, metadata=slide("slide", "all")),
        new_markdown_cell("## Notes\n\n> [!NOTE]\n> Time is virtual.\n\n> [!WARNING]\n> Mind it."),
        new_markdown_cell("| service | promise |\n|---|---|\n" + "| `SQS` | at least once |\n" * 3),
        new_markdown_cell(TERMS),
        new_markdown_cell(COSTS, metadata=slide("slide")),
        new_markdown_cell("## Cells\n\nTold, not shown.", metadata=slide("slide")),
        cell(CHART, "slide-output", slide_type="-", id="a-chart"),
        cell(TABLE),
        cell(PREDICTION, "slide-output", slide_type="subslide"),
        cell(SLIDERS, "slide-output", slide_type="subslide"),
        cell(REPLAY),
        cell(LONG_LINE),
        cell("import os\nprint('static:', os.environ['NB_STATIC'], os.path.basename(os.getcwd()))"),
        cell("hidden_input = 1\nprint('output of a hidden input')", "hide-input"),
        cell("print('all of it hidden')", "hide-cell"),
        cell("print('output that is hidden')", "hide-output"),
        cell("def solve():\n    return 42\n\nprint('solved', solve())", "solution"),
        cell("print('never to be seen')", "remove-cell"),
        cell("raise ValueError('shown on purpose')", "raises-exception"),
    ]


def write_notebook(path, title, cells, *, number, minutes=5, question="What now?", until=None):
    """Write a notebook that the site accepts as a lesson, in two hours until this cell."""
    teach = [TEACH | {"ask": ASKED.get(number, TEACH["ask"])}]
    lesson = {"number": number, "minutes": minutes, "question": question, "teach": teach}
    lesson |= {"two_hours": [{"from": "a-title", "to": until}]} if until else {}
    cells = [new_markdown_cell(f"# {title}", id="a-title"), *cells]
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel, "lesson": lesson}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)


def write_lessons(folder):
    """Write two lessons into a folder."""
    question = "Does it all show?"
    path = folder / "01-try-everything.ipynb"
    write_notebook(
        path, "Try everything", everything(), number=1, minutes=20, question=question, until="flow"
    )
    short = [
        new_markdown_cell("A hippopotamus."),
        cell("1 + 1"),
        cell('from helpers import exercises\nexercises.quiz("02")'),
    ]
    write_notebook(folder / "02-go-on.ipynb", "Go on", short, number=2)
