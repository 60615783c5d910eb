"""Measure the findings: ``python -m helpers.findings``.

Without ``--seeds``, all findings (or those of ``--lesson``) are measured on seeds 1 to 30 and
written to ``data/findings.csv``. With ``--seeds 31:60``, they are held against other seeds, and
nothing is written. The exit code is 1 if a law fails on a seed, if a tendency holds on too few, or
if less than 80 % of the new values lie in a stated range.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from io import TextIOWrapper

from tqdm import tqdm

from helpers.findings.finding import Finding
from helpers.findings.measuring import measure_all, runs_of
from helpers.findings.record import SEEDS, Measured, read, recorded, write
from helpers.findings.register import lessons_with_findings, of_lesson
from helpers.findings.verdicts import Verdict, judge

SLOW = 3.0  # seconds of the processor that a run may take


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, judge, print a row per finding. 1 if one does not hold, else 0."""
    asked = parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # a file of a system that has not every letter
        sys.stdout.reconfigure(errors="replace")
    findings = [finding for lesson in asked.lesson for finding in of_lesson(lesson)]
    new = asked.seeds is not None
    if asked.recorded:
        measured = {source: recorded()[source] for source in runs_of(findings)}
    else:
        try:
            measured = run(findings, asked.seeds or SEEDS, keep=not new)
        except RuntimeError as error:
            sys.exit(str(error))
        if not new:  # what no finding rests on any more
            write({name: r for name, r in read().items()
                   if name[:2] not in asked.lesson or name in measured})  # fmt: skip
    stated = recorded() if new else measured
    verdicts = []
    for finding in findings:
        if finding.source not in stated:
            sys.exit(f"{finding.id} is not on record: run it without --seeds first")
        verdicts.append(judge(finding, measured[finding.source], stated[finding.source]))
    report(verdicts)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    made = argparse.ArgumentParser(prog="python -m helpers.findings", description=__doc__)
    known = lessons_with_findings()
    made.add_argument(
        "--lesson", nargs="+", choices=known, default=known, metavar="NN", help="such as 04"
    )
    made.add_argument(
        "--seeds", type=seeds, metavar="A:B", help="hold against others, such as 31:60"
    )
    made.add_argument("--recorded", action="store_true", help="print the record and run nothing")
    return made


def seeds(text: str) -> range:
    """`31:60` as a range, both ends included."""
    ends = re.fullmatch(r"(\d+):(\d+)", text)
    if not ends or int(ends[1]) > int(ends[2]):
        raise argparse.ArgumentTypeError(f"seeds are like 31:60, got {text!r}")
    return range(int(ends[1]), int(ends[2]) + 1)


def run(findings: Sequence[Finding], seeds: Sequence[int], *, keep: bool = False) -> Measured:
    """Run what the findings rest on, with a bar, and say what was slow.

    With `keep`, a run is put on record as soon as all its seeds are measured, so that an interrupt
    loses only what has not come to its end.
    """
    sources = list(runs_of(findings))
    measured: Measured = defaultdict(dict)
    spent = defaultdict(list)
    total = len(sources) * len(seeds)
    bar = tqdm(measure_all(sources, seeds), total=total, unit="run", disable=None)
    for source, seed, numbers, seconds in bar:
        measured[source][seed] = numbers
        spent[source].append(seconds)
        bar.set_postfix_str(source)
        if keep and len(measured[source]) == len(seeds):
            write(read() | {source: measured[source]})
    for source, took in sorted(spent.items()):
        middle = statistics.median(took)
        mark = f"  more than {SLOW:g} s" if middle > SLOW else ""
        print(f"{source:32} {middle:6.2f} s of the processor a seed{mark}", file=sys.stderr)
    return {source: dict(sorted(runs.items())) for source, runs in measured.items()}


def report(verdicts: Sequence[Verdict]) -> None:
    """A row per finding: id, kind, sentence, and how it held."""
    for verdict in verdicts:
        sign = "✓" if verdict.holds else "✗"
        text = verdict.finding.sentence
        print(f"{sign} {verdict.finding.id:32} {verdict.kind:24} {verdict.said}\n    {text}")
    failed = sum(not verdict.holds for verdict in verdicts)
    print(f"{len(verdicts)} findings, {failed} do not hold")


if __name__ == "__main__":
    sys.exit(main())
