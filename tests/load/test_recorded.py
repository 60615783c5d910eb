"""The data: made by its generator, as its README says, and refused where it is wrong."""

import json
import runpy
from collections import Counter

import pytest

from helpers.load import recorded

SHOPS = {"books", "wool"}
ORDER = {
    "order_id": "o-1",
    "tenant": "books",
    "customer": "c-1",
    "items": [{"sku": "BOO-001", "quantity": 2, "unit_price": 790}],
    "amount": 1580,
    "placed_at": 12.5,
}
TENANTS = "tenant,name,share,customers,skus\nbooks,Corner Books,0.4,10,20\n"


@pytest.fixture(scope="module")
def generator():
    return runpy.run_path(str(recorded.DATA / "make_orders.py"))


def test_the_generator_writes_the_files_byte_for_byte(generator):
    for name, text in generator["files"]().items():
        assert (recorded.DATA / name).read_bytes() == text.encode()


def test_another_seed_makes_another_day_that_is_as_good(generator, tmp_path):
    path = tmp_path / "orders.jsonl"
    path.write_text(generator["files"](seed=7)["orders.jsonl"], encoding="utf-8")
    orders = recorded.read_orders(path, tenants={t.tenant for t in recorded.tenants()})
    assert orders != recorded.recorded_orders()
    assert 7000 < len(orders) < 8000


def test_files_stay_small_enough_for_git():
    assert sum(p.stat().st_size for p in recorded.DATA.glob("[ot]*.*")) < 2_000_000


def test_the_day_has_its_curve():
    hours = Counter(int(o["placed_at"] // 3600) for o in recorded.recorded_orders())
    assert len(hours) == 24
    del hours[12]  # the sale
    assert max(hours, key=hours.get) in (20, 21)
    assert min(hours, key=hours.get) in (3, 4)
    assert max(hours.values()) > 10 * min(hours.values())


def test_the_day_has_its_burst():
    minutes = Counter(int(o["placed_at"] // 60) for o in recorded.recorded_orders())
    before = sum(minutes[m] for m in range(710, 720)) / 10
    after = sum(minutes[m] for m in range(720, 725)) / 5
    assert after > 8 * before
    noon = [o for o in recorded.recorded_orders() if 720 <= o["placed_at"] / 60 < 750]
    assert sum(o["tenant"] == "records" for o in noon) > 0.8 * len(noon)


def test_one_tenant_is_larger_than_the_rest():
    sizes = Counter(o["tenant"] for o in recorded.recorded_orders())
    largest, *others = recorded.tenants()
    assert sizes[largest.tenant] > 1.5 * max(sizes[t.tenant] for t in others)
    assert set(sizes) == {t.tenant for t in recorded.tenants()}


def test_a_customer_belongs_to_one_tenant():
    pairs = {(o["customer"], o["tenant"]) for o in recorded.recorded_orders()}
    assert len(pairs) == len({customer for customer, _ in pairs})


def test_an_sku_has_one_price():
    items = [item for o in recorded.recorded_orders() for item in o["items"]]
    pairs = {(i["sku"], i["unit_price"]) for i in items}
    assert len(pairs) == len({sku for sku, _ in pairs})


def test_the_readme_gives_the_numbers_that_came_out():
    text = (recorded.DATA / "README.md").read_text(encoding="utf-8")
    orders = recorded.recorded_orders()
    hours = Counter(int(o["placed_at"] // 3600) for o in orders)
    sale = sum(o["items"][0]["sku"] == "REC-LTD" for o in orders)
    noon = [o["tenant"] for o in orders if 12 <= o["placed_at"] / 3600 < 12.5]
    books = sum(o["tenant"] == "books" for o in orders) / len(orders)
    amounts = sorted(o["amount"] / 100 for o in orders)
    mean = sum(amounts) / len(amounts)
    customers = Counter(o["customer"] for o in orders)
    again = sum(n > 1 for n in customers.values())
    for row in (
        f"| orders | {len(orders):,}, of which {sale} in the sale |",
        f"| {hours[3]} orders (3 to 4 h), {hours[12]:,} orders (12 to 13 h) |",
        f"| {hours[20]} orders (20 to 21 h) |",
        f"| {len(noon):,} orders, {noon.count('records') / len(noon):.0%}".replace("%", " %"),
        f"| share of `books`, whole day | {books:.0%}".replace("%", " %"),
        f"| {amounts[len(amounts) // 2]:.2f} and {mean:.2f} EUR |",
        f"| {len(customers):,}, of whom {again:,} more than once |",
    ):
        assert row in text


def test_a_good_file_is_read(tmp_path):
    later = ORDER | {"order_id": "o-2"}  # two orders in the same millisecond are no error
    assert recorded.read_orders(write(tmp_path, ORDER, later), tenants=SHOPS) == [ORDER, later]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": -5}, "amount must be a whole number, at least 0, got -5"),
        ({"amount": 15.8}, "amount must be a whole number, at least 0, got 15.8"),
        ({"amount": True}, "amount must be a whole number, at least 0, got True"),
        ({"amount": 1581}, "amount must be the sum of the items, 1580, got 1581"),
        ({"placed_at": 3}, "orders must be sorted by placed_at, got 3 after 12.5"),
        ({"placed_at": -3}, "placed_at must be seconds since midnight, got -3"),
        ({"placed_at": 86400}, "placed_at must be seconds since midnight, got 86400"),
        ({"placed_at": float("nan")}, "placed_at must be seconds since midnight, got nan"),
        ({"placed_at": "noon"}, "placed_at must be seconds since midnight, got 'noon'"),
        ({"tenant": "shoes"}, "tenant must be one of ['books', 'wool'], got 'shoes'"),
        ({"tenant": ["books"]}, "tenant must be one of ['books', 'wool'], got ['books']"),
        ({"order_id": "o-1"}, "order_id 'o-1' is on line 1 already"),
        ({"order_id": 2}, "order_id must be a text that is not empty, got 2"),
        ({"customer": ""}, "customer must be a text that is not empty, got ''"),
        ({"items": []}, "items must be a list with at least one item, got []"),
        ({"items": ["BOO-001"]}, "expected a JSON object, got 'BOO-001'"),
        ({"items": [{"sku": "BOO-001", "quantity": 1}]}, "column 'unit_price' is missing"),
        (
            {"items": [{"sku": "BOO-001", "quantity": 0, "unit_price": 1}]},
            "quantity must be a whole number, at least 1, got 0",
        ),
        (
            {"items": [{"sku": ["BOO-001"], "quantity": 1, "unit_price": 1}]},
            "sku must be a text that is not empty, got ['BOO-001']",
        ),
    ],
)
def test_a_wrong_order_names_file_line_and_value(tmp_path, change, message):
    path = write(tmp_path, ORDER, ORDER | {"order_id": "o-2"} | change)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is compared below)
        recorded.read_orders(path, tenants=SHOPS)
    assert str(caught.value).startswith(f"{path}, line 2: {message}")


def test_a_missing_column_is_named(tmp_path):
    path = write(tmp_path, ORDER, {k: v for k, v in ORDER.items() if k != "amount"})
    with pytest.raises(ValueError, match=r"orders\.jsonl, line 2: column 'amount' is missing"):
        recorded.read_orders(path, tenants=SHOPS)


@pytest.mark.parametrize("bad", ['{"order_id": "o-2", ', "", "{} {}", "{}, {}", "[1", "nothing"])
def test_bad_json_is_shown(tmp_path, bad):
    path = tmp_path / "orders.jsonl"
    path.write_text(f"{json.dumps(ORDER)}\n{bad}\n{json.dumps(ORDER)}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"orders\.jsonl, line 2: not JSON") as caught:
        recorded.read_orders(path, tenants=SHOPS)
    assert repr(bad) in str(caught.value)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "orders.jsonl").touch()
    with pytest.raises(ValueError, match=r"orders\.jsonl, line 1: not JSON"):
        recorded.read_orders(tmp_path / "orders.jsonl", tenants=SHOPS)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "orders.jsonl"
    path.write_bytes(json.dumps(ORDER).encode() + b"\n\xff\xfe\n")
    with pytest.raises(ValueError, match=r"orders\.jsonl, line 2: not UTF-8, got b'\\xff'"):
        recorded.read_orders(path, tenants=SHOPS)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"orders\.jsonl is not there"):
        recorded.read_orders(tmp_path / "orders.jsonl", tenants=SHOPS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tenant,name\n", "line 1: column 'share' is missing, got ['tenant', 'name']"),
        ("", "line 1: column 'tenant' is missing, got []"),
        (TENANTS.split("\n")[0], "there are no tenants in the file"),
        (TENANTS + "wool,Wool,1.5,1,1\n", "line 3: share must be between 0 and 1, got 1.5"),
        (TENANTS + "wool,Wool,nan,1,1\n", "line 3: share must be between 0 and 1, got nan"),
        (TENANTS + "wool,Wool,half,1,1\n", "line 3: could not convert string to float: 'half'"),
        (TENANTS + "wool,Wool,0.1\n", "line 3: expected 5 values, got ['wool', 'Wool', '0.1']"),
        (TENANTS + ",Wool,0.1,1,1\n", "line 3: tenant must not be empty, got ''"),
        (TENANTS + "books,B,0.1,1,1\n", "line 3: tenant 'books' is there twice"),
    ],
)
def test_a_wrong_tenant_names_file_line_and_value(tmp_path, text, message):
    path = tmp_path / "tenants.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is compared below)
        recorded.read_tenants(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def write(directory, *orders):
    path = directory / "orders.jsonl"
    path.write_text("".join(json.dumps(order) + "\n" for order in orders), encoding="utf-8")
    return path
