"""The section of the page of differences on what the lab does with each operation, as Markdown.

What is refused stands open, with what is missing and what to use. What acts is folded.
"""

import re
from collections import Counter
from html import escape

NAMES = {
    "sqs": "SQS",
    "sns": "SNS",
    "events": "EventBridge",
    "lambda": "Lambda",
    "stepfunctions": "Step Functions",
    "dynamodb": "DynamoDB",
    "dynamodbstreams": "DynamoDB Streams",
    "s3": "S3",
    "scheduler": "EventBridge Scheduler",
    "cloudwatch": "CloudWatch",
    "pipes": "EventBridge Pipes",
    "iam": "IAM",
    "logs": "CloudWatch Logs",
    "sts": "STS",
}
LEADS = {"acts": "The lab acts", "moto's": "moto answers, and a test holds that it is right"}
FEW = 3  # so many operations are named without a fold


def modelled_section(rows):
    """The section, of rows of service, operation, verdict, note and instead."""
    kinds = Counter(row["verdict"] for row in rows)
    moto = kinds["moto's"]
    text = (
        "\n## What the lab does not model\n\n"
        "An operation is refused if it would be accepted here and then do nothing, or something "
        "else than on AWS. The call ends with the error `NotModelled`. It says what is missing and "
        f"what to use instead, as the lists below do. {kinds['refused']} operations are "
        f"refused, {kinds['acts']} are done by the lab, and {moto} by moto.\n\n"
        "Single settings of an operation are refused in the same way, such as a subscription by "
        "e-mail. An operation that is not named here is answered by moto as it comes, and may do "
        "less than AWS: the lab says so at the first such call.\n"
    )
    services = dict.fromkeys(row["service"] for row in rows)
    of = {name: [row for row in rows if row["service"] == name] for name in services}
    closed = [name for name in services if all(row["verdict"] != "refused" for row in of[name])]
    for name in services:
        if name not in closed:
            text += (
                f"\n### {NAMES.get(name, name)}\n\n{refusals(of[name])}{fold_of(name, of[name])}"
            )
    if closed:
        text += "\n### Services without a refusal\n\n"
        text += "".join(fold_of(name, of[name]) for name in closed)
    return text


def refusals(rows):
    """A list of what is missing, each with the way on and the operations that are refused."""
    lines = ""
    for (_, missing, instead), names in grouped(rows, "refused").items():
        said = f"<strong>{sentence(missing)}</strong> Instead: {escape(instead)}."
        told = listed(names)
        if len(names) > FEW:
            told = f"<details><summary>{len(names)} operations</summary>{told}</details>"
        lines += f"<li>{said} {told}</li>\n"
    return f'<ul class="refused">\n{lines}</ul>\n\n'


def fold_of(service, rows):
    """The operations of a service that are not refused, in a fold."""
    acts, moto = (sum(row["verdict"] == kind for row in rows) for kind in LEADS)
    counts = [f"{acts} done by the lab"] * (acts > 0) + [f"{moto} by moto"] * (moto > 0)
    if not counts:
        return ""
    lines = ""
    for (kind, note, _), names in grouped(rows, *LEADS).items():
        lead = sentence(note) if note else f"{LEADS[kind]}:"
        lines += f"<p>{lead} {listed(names)}</p>\n"
    title = f"{NAMES.get(service, service)}: {', '.join(counts)}"
    return f'<details class="acting"><summary>{title}</summary>\n{lines}</details>\n\n'


def grouped(rows, *verdicts):
    """The names of operations by verdict, note and the way on; those without a note come first."""
    found = {}
    for row in sorted(rows, key=lambda row: (bool(row["note"]), row["verdict"])):
        if row["verdict"] in verdicts:
            key = row["verdict"], row["note"], row["instead"]
            found.setdefault(key, []).append(row["operation"])
    return found


def listed(names):
    """Names in a row, each of which may be broken between its words: a phone is narrow."""
    parts = [re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", name) for name in names]
    return ", ".join(f"<code>{name}</code>" for name in parts) + "."


def sentence(text):
    """A text with a capital and a full stop, safe in HTML."""
    return escape(text[:1].upper() + text[1:]) + "."
