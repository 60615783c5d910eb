"""Which pattern when: the tree and the patterns, held against lessons, code and prices."""

import tomllib

import choices
import pytest
from choose_page import amount
from handout import facets, key
from lesson_notebooks import LESSONS
from metadata import about
from project import ROOT

FILE = ROOT / "site" / "patterns.toml"
CODE = ROOT / "helpers" / "patterns"
SERVICES = {
    "a plain call", "SQS standard", "SQS FIFO", "SQS fair", "SNS", "EventBridge classic bus",
    "EventBridge's newer bus", "Pipes", "Scheduler", "Step Functions", "Lambda durable functions",
}  # fmt: skip


@pytest.fixture(scope="module")
def lessons():
    pages = {f"lessons/{path.stem}": about(path) for path in LESSONS}
    return choices.lessons_of(pages, ROOT / "notebooks")


@pytest.fixture(scope="module")
def data(lessons):
    return choices.read(FILE, lessons, CODE)


def test_every_service_has_a_pattern_and_every_question_is_asked(data):
    assert {name for each in data["patterns"].values() for name in each["covers"]} == SERVICES
    assert len(data["questions"]) == 6
    assert {place["question"] for place in data["places"]} == set(data["questions"])


def test_every_pattern_is_reached_by_at_most_five_answers(data):
    paths = choices.paths(data)
    assert set(data["patterns"]) <= set(paths)
    assert max(len(path) for found in paths.values() for path in found) <= 5
    first = data["places"][0]["id"]
    for key_, found in paths.items():
        roots = {path[0][0]["id"] for path in found if path}
        assert roots <= ({choices.TWICE} if data["patterns"].get(key_, {}).get("last") else {first})


def test_dollars_come_from_the_prices_and_from_the_record(data):
    standard = data["patterns"]["standard"]
    assert choices.least_of(standard) == pytest.approx(3 * 0.40)
    low, middle, high = choices.measured_of(standard)
    assert choices.least_of(standard) < low < middle < high
    assert choices.least_of(data["patterns"]["newbus"]) is None
    assert [amount(each) for each in (0.625, 0.4, 1.2, 52.9161)] == [
        "0.625", "0.40", "1.20", "52.92"
    ]  # fmt: skip


def test_no_text_has_a_price_of_its_own(data):
    for pattern in data["patterns"].values():
        assert "$" not in str(pattern)
        assert "dollar" not in str({**pattern, "measured": None, "proof": None})


def test_the_key_of_the_handout_names_a_number_or_a_pattern_for_each_answer(data):
    lines = [line for line in key(data).splitlines() if line.startswith("- ")]
    assert len(lines) == sum(len(place["answers"]) for place in data["places"])
    names = {pattern["name"] for pattern in data["patterns"].values()}
    numbers = {str(number) for number in range(1, len(data["places"]) + 1)}
    assert {line.rpartition("**")[0].rpartition("**")[2] for line in lines} <= names | numbers


def test_the_handout_has_each_design_of_the_lessons_with_its_baseline(data, lessons):
    designs = [(lesson.number, cost.design) for lesson in lessons.values() for cost in lesson.costs]
    table = facets(data["baselines"], lessons)
    assert table.count('<th scope="row">') == len(set(designs))
    assert table.count('data-name="compared with"') == len(set(designs))
    assert 'data-name="temporal" class="better"' in table


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"A target that is down for an hour"', '"Down"', "bus: lesson 08 has no heading 'Down'"),
        ('cell = "phase003"', 'cell = "gone"', "call: lesson 02 has no code cell 'gone'"),
        ('design = "a bus"', 'design = "a tram"', "bus: lesson 08 compares no design 'a tram'"),
        ('"03.own-reply"', '"03.gone"', "reply: .*03.gone"),
        ('["sns", "publishes", 1]', '["sns", "poems", 1]', "topic: no price for 'poems'"),
        ('run = "13.bus"', 'run = "13.tram"', "bus: data/findings.csv has no number .*'13.tram'"),
        ('"tenants.py"', '"tenant.py"', "fair: helpers/patterns/ has no file 'tenant.py'"),
        ('"set_status"', '"set_state"', "revision: idempotency.py has no set_state"),
        ('"pipes.create_pipe"', '"pipes.lay"', "pipe: boto3 has no 'pipes.lay'"),
        ('"pipes.create_pipe"', '"tubes.lay"', "pipe: boto3 has no 'tubes.lay'"),
        ('to = "fair"', 'to = "fairer"', "ask-patience: nothing is called 'fairer'"),
        ('to = "fair"', 'to = "standard"', "fair: no answer leads there"),
        ('to = "fair"', 'to = "ask-order"', "ask-order: the answers lead in a circle"),
        ('question = "undo"', 'question = "order"', "questions: nobody asks undo"),
        ('question = "undo"', 'question = "redo"', "ask-undo: there is no question 'redo'"),
        ("not_for = \"several targets: a pipe has one\"", "", "pipe: lacks not_for"),
        ('short = "several targets"', 'short = "x"\nlong = "y"', "pipe: nothing reads long"),
        ("lesson = 12\nagainst", "lesson = 11\nagainst", "baselines: with what does lesson 12"),
        ("lesson = 12\nagainst", "lesson = 0\nagainst", "baselines: .*lesson (00|12)"),
    ],
)  # fmt: skip
def test_what_is_no_longer_there_is_named(tmp_path, lessons, old, new, said):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / "patterns.toml"
    changed.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^patterns.toml, {said}"):
        choices.read(changed, lessons, CODE)


def test_the_file_is_as_readable_as_its_code():
    text = FILE.read_text(encoding="utf-8")
    assert tomllib.loads(text)["places"][0]["id"] == "ask-result"
