"""The table of prices: what `data/prices.csv` says, and nothing else."""

import csv

from price_table import NAMES, table

from helpers.costs.prices import FILE


def rows():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_price_is_a_row_with_its_amount_its_month_and_its_link():
    head, rule, *lines = table(rows()).splitlines()
    assert head.count("|") == rule.count("|") == 6
    assert len(lines) == len(rows())
    for line, row in zip(lines, rows(), strict=True):
        assert line.count("|") == 6
        for said in (NAMES[row["service"]], row["what"], f"({row['address']}), {row['published']}"):
            assert said in line


def test_a_price_is_said_as_the_file_has_it():
    row = {
        "service": "sqs", "what": "requests", "dollars": "0.40", "per": "1000000",
        "chunk": "64 KB", "unit": "request", "source": "A page", "address": "https://a.example/",
        "published": "2026-03",
    }  # fmt: skip
    source = "[A page](https://a.example/), 2026-03"
    said = f"| SQS | requests | 0.40 per million requests | 64 KB | {source} |"
    assert table([row]).splitlines()[-1] == said
    second = row | {"dollars": "0.00001667", "per": "1", "unit": "GB-second", "chunk": ""}
    assert "| 0.00001667 per GB-second | – |" in table([second])


def test_the_table_is_on_the_page(site):
    page = (site / "numbers.html").read_text(encoding="utf-8")
    for row in rows():
        assert f'href="{row["address"]}"' in page
        assert row["what"] in page
