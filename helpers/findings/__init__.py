"""What a lesson says about its runs, held on thirty seeds.

A lesson claims something: no order is lost, so many customers pay twice. Each such claim is a
`Law`, a `Tendency` or a `Quantity` in ``helpers/lessons/lesson_NN/findings.py``, and
``data/findings.csv`` has what it measured on thirty seeds. In a notebook, `told` says the claim
with the run's own number and the range of the thirty; `table` lists a lesson's claims, and `span`
is a range as text. ``python -m helpers.findings`` measures all of it again.
"""

from helpers.findings.finding import Finding, Law, Numbers, Quantity, Tendency
from helpers.findings.register import find, lessons_with_findings, of_lesson
from helpers.findings.telling import Told, span, table, told

__all__ = [
    "Finding",
    "Law",
    "Numbers",
    "Quantity",
    "Tendency",
    "Told",
    "find",
    "lessons_with_findings",
    "of_lesson",
    "span",
    "table",
    "told",
]
