"""Write the table of AWS's prices that the page "How each number was made" includes.

It comes from `data/prices.csv`, with which `helpers.costs` computes: no price is typed twice.
"""

import csv
from pathlib import Path

from lessons import write_if_new

from helpers.costs.prices import FILE

NAMES = {
    "sqs": "SQS", "sns": "SNS", "events": "EventBridge", "scheduler": "EventBridge Scheduler",
    "pipes": "EventBridge Pipes", "lambda": "Lambda", "stepfunctions": "Step Functions",
    "dynamodb": "DynamoDB", "s3": "S3", "cloudwatch": "CloudWatch",
}  # fmt: skip
PLURALS = {
    "request": "requests", "delivery": "deliveries", "event": "events", "unit": "units",
    "invocation": "invocations", "transition": "transitions",
}  # fmt: skip
AMOUNTS = {"1": "", "1000": "1,000 ", "1000000": "million "}


def setup(app):
    """Register the event. Called by Sphinx."""
    app.connect("config-inited", write_table, priority=900)  # after the lessons
    return {"parallel_read_safe": True}


def write_table(app, config):
    """Write the table into lessons/, beside the other texts that pages include."""
    with FILE.open(encoding="utf-8", newline="") as file:
        text = table(csv.DictReader(file))
    write_if_new(Path(app.srcdir) / "lessons" / "prices.txt", text)


def table(rows):
    """The prices as a Markdown table: amounts as the file has them, sources as links."""
    lines = [
        "| service | what is billed | US dollars | in steps of | source |",
        f"|{'---|' * 5}",
    ]
    for row in rows:
        unit = PLURALS[row["unit"]] if AMOUNTS[row["per"]] else row["unit"]
        price = f"{row['dollars']} per {AMOUNTS[row['per']]}{unit}"
        source = f"[{row['source']}]({row['address']}), {row['published']}"
        cells = [NAMES[row["service"]], row["what"], price, row["chunk"] or "–", source]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
