"""What lesson 14 claims: about the shop that it begins with, and about one for each grade."""

from __future__ import annotations

from helpers.findings import Finding, Law, Quantity
from helpers.lessons.lesson_14 import measured

DOLLARS = "dollars"

FINDINGS: tuple[Finding, ...] = (
    Quantity(
        "14.first-try-twice",
        "{twice} of {orders} orders are charged more than once.",
        measured.first_try,
        "twice",
        "orders",
    ),
    Law(
        "14.first-try-loose",
        "The order that nobody can charge is still being tried when the day is over.",
        measured.first_try,
        lambda n: n["loose"] == 1 and n["grade"] == 0,
    ),
    Quantity(
        "14.first-try-waits",
        "One customer in a hundred waits {p99} s or longer.",
        measured.first_try,
        "p99",
        "s",
    ),
    Law(
        "14.first-grade",
        "Nobody reads an error, none of {orders} orders is lost or charged twice, and the poisoned "
        "one is put aside.",
        measured.first_grade,
        lambda n: n["grade"] >= 1,
    ),
    Quantity(
        "14.others-in-one-queue",
        "In one queue, 90 % of the others' orders are charged within {others} s while one tenant "
        "is loud.",
        measured.first_grade,
        "others",
        "s",
    ),
    Law(
        "14.three-tries",
        "With three deliveries in place of twelve, {lost} orders that only had to wait end as dead "
        "letters.",
        measured.three_tries,
        lambda n: n["lost"] > 0,
    ),
    Law(
        "14.by-message",
        "With the message's id as the token, {twice} orders are charged twice.",
        measured.by_message,
        lambda n: n["twice"] > 0,
    ),
    Law(
        "14.second-grade",
        "One customer in a hundred waits {p99} s, 90 % of the others' orders take up to {others} "
        "s, and all is made up for {recovery} s after the outage.",
        measured.second_grade,
        lambda n: n["grade"] >= 2,
    ),
    Quantity(
        "14.others-in-a-fair-queue",
        "In a fair queue it is {others} s.",
        measured.second_grade,
        "others",
        "s",
    ),
    Quantity(
        "14.dollars-with-a-table",
        "With a table: {dollars} dollars for a million orders.",
        measured.second_grade,
        "dollars",
        DOLLARS,
    ),
    Law(
        "14.third-grade",
        "All three grades: {dollars} dollars for a million orders.",
        measured.third_grade,
        lambda n: n["grade"] == 3,
    ),
    Quantity(
        "14.dollars-without",
        "Without one: {dollars} dollars.",
        measured.third_grade,
        "dollars",
        DOLLARS,
    ),
)
