import re

import pytest

from helpers import costs
from helpers.costs.prices import COLUMNS, FILE, read_prices

HEAD = ",".join(COLUMNS)
LINE = "sqs,requests,0.40,1000000,request,64 KB,us-east-1,A page,https://a.example/,2026-03,2026-11"


def written(tmp_path, *lines):
    file = tmp_path / "prices.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_each_price_has_its_source_its_months_and_its_region():
    for price in read_prices(FILE):
        assert price.source
        assert price.address.startswith("https://")
        assert re.fullmatch(r"202[56]-\d\d", price.published)
        assert price.published <= price.read
        assert price.region == "us-east-1"


def test_each_thing_has_one_price():
    table = costs.prices()
    assert not table.duplicated(["service", "what"]).any()
    assert tuple(table.columns) == COLUMNS


def test_a_million_requests_cost_what_the_file_says():
    assert costs.price_of("sqs", "requests").each * 1_000_000 == pytest.approx(0.40)
    assert costs.price_of("stepfunctions", "state transitions").each == pytest.approx(25e-6)


def test_what_has_no_price_is_refused_with_what_there_is():
    with pytest.raises(costs.NoPrice, match=r"'storage' of 's3'.*GET and other requests"):
        costs.price_of("s3", "storage")


def test_a_file_is_read(tmp_path):
    (price,) = read_prices(written(tmp_path, HEAD, LINE))
    assert (price.dollars, price.per) == (0.4, 1_000_000)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026-03", "March", "line 2: published is no month.*'March'"),
        ("A page", "", "line 2: source is empty"),
        ("us-east-1", "", "line 2: region is empty"),
        ("0.40", "free", "line 2: could not convert.*'free'"),
        ("0.40", "-1", "line 2: no price: '-1'"),
        ("https://", "ftp://", "line 2: address begins with"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, old, new, said):
    with pytest.raises(ValueError, match=said):
        read_prices(written(tmp_path, HEAD, LINE.replace(old, new, 1)))


def test_another_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match="columns"):
        read_prices(written(tmp_path, "service,price", "sqs,0.4"))
