"""A replay in a browser: its dots are where the trace says, and a reader can move them."""

from collections import Counter

import pytest
from browser import SCREENS, assert_accessible, assert_readable, needs_browser, on_these
from replayed import shop

from helpers import charts, trace

pytestmark = needs_browser
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Replays</title>
<meta name="viewport" content="width=device-width"><body><main><h1>Two runs, replayed</h1>
{0}<p>This text stands between the two replays.</p>{1}</main></body></html>"""


@pytest.fixture(scope="module")
def runs():
    return [shop(seed=seed, orders=80, failing=0.2, lost=0.05, minutes=6) for seed in (3, 4)]


@pytest.fixture(scope="module")
def replays(runs):
    order = trace.duplicates(runs[1])["order_id"].iloc[0]
    first = charts.replay(runs[0], title="The first run")
    return [first, charts.replay(runs[1], title="One order of the second run", order=order)]


@pytest.fixture(scope="module")
def path(replays, tmp_path_factory):
    path = tmp_path_factory.mktemp("replay") / "page.html"
    path.write_text(PAGE.format(*(replay.html for replay in replays)), encoding="utf-8")
    return path


@pytest.fixture
def still(visit, path):
    """The page for a reader who asks for less motion, so that nothing moves by itself."""
    return visit(path, reduced_motion="reduce")


def seek(replay, moment):
    slider = replay.get_by_role("slider", name="Simulated time")
    slider.evaluate("(e, to) => { e.value = to; e.dispatchEvent(new Event('input')) }", moment)
    at = float(slider.input_value())
    assert at == pytest.approx(moment, abs=1e-6)
    return at


def dots(replay):
    """How many messages the page shows at each place, by its number."""
    found = replay.locator("[data-message]").evaluate_all("all => all.map(e => e.dataset.place)")
    return Counter(map(int, found))


def test_the_dots_are_where_the_trace_says(still, runs, replays):
    for number, (events, made) in enumerate(zip(runs, replays, strict=True)):
        replay = still.locator(".lab-replay").nth(number)
        queue = next(n for n, p in enumerate(made.film.places) if p.kind == "queue")
        for moment in range(15, 360, 35):
            at = seek(replay, moment)
            assert dots(replay) == made.film.at(at)
            said = trace.backlog_at(events, [at], queue="orders").iloc[0]
            assert dots(replay)[queue] == said["waiting"]
            status = replay.locator(".lab-replay-status").inner_text()
            assert status.startswith(f"{int(said['waiting'])} waiting · {int(said['in_flight'])} ")
            idents = replay.locator("[data-message]").evaluate_all(
                "all => all.map(e => e.dataset.message)"
            )
            assert len(idents) == len(set(idents))


def test_a_dot_lies_within_its_place(still, replays):
    replay = still.locator(".lab-replay").first
    seek(replay, 120)
    boxes = replay.locator(".place rect").evaluate_all(
        "all => all.map(e => e.getBBox()).map(b => [b.x, b.y, b.width, b.height])"
    )
    for place, x, y in replay.locator("[data-message]").evaluate_all(
        "all => all.map(e => { const m = e.transform.baseVal.consolidate().matrix;"
        " return [Number(e.dataset.place), m.e, m.f] })"
    ):
        left, top, wide, tall = boxes[place]
        assert left <= x <= left + wide
        assert top <= y <= top + tall


def test_keys_move_it_and_steps_go_from_happening_to_happening(still):
    replay = still.locator(".lab-replay").first
    slider = replay.get_by_role("slider", name="Simulated time")
    slider.focus()
    for _ in range(40):
        still.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(0.4 * 360)
    assert slider.get_attribute("aria-valuetext") == "2 minutes 24 seconds"
    caption = replay.locator(".lab-replay-caption")
    said = []
    for _ in range(5):
        replay.get_by_role("button", name="Next happening").press("Enter")
        said.append((float(slider.input_value()), caption.inner_text()))
    times = [time for time, _ in said]
    assert times == sorted(set(times))
    assert len({words for _, words in said}) == 5
    assert "o-" in said[-1][1]


def test_playing_ends_at_the_end_and_disturbs_no_other(still):
    first, second = still.locator(".lab-replay").all()
    before = seek(second, 100)
    seek(first, 300)
    first.get_by_role("combobox", name="Speed").select_option(index=5)
    first.get_by_role("button", name="Play").click()
    first.get_by_role("button", name="Play").wait_for()  # it was "Pause" until the end
    slider = first.get_by_role("slider", name="Simulated time")
    assert float(slider.input_value()) == 360
    assert float(second.get_by_role("slider", name="Simulated time").input_value()) == before
    first.get_by_role("button", name="Play").click()  # from the beginning
    first.get_by_role("button", name="Pause").click()
    assert float(slider.input_value()) < 300


def test_it_begins_when_it_is_seen_and_not_where_less_motion_is_asked_for(visit, path, still):
    moving = visit(path)
    moving.locator(".lab-replay").first.get_by_role("button", name="Pause").wait_for()
    still.wait_for_timeout(300)
    assert still.get_by_role("button", name="Pause").count() == 0
    assert still.get_by_role("slider", name="Simulated time").first.input_value() == "0"


def test_one_order_can_be_followed(still, runs):
    first, second = still.locator(".lab-replay").all()
    order = trace.duplicates(runs[1])["order_id"].iloc[0]
    assert second.get_by_label("Follow the order").input_value() == order
    while second.locator(".followed").count() == 0:
        second.get_by_role("button", name="Next happening").click()
    assert order in second.locator(".lab-replay-caption").inner_text()
    seek(first, 120)
    chosen = first.locator("[data-message]").first
    chosen.click(force=True)
    assert first.get_by_label("Follow the order").input_value() == chosen.get_attribute(
        "data-order"
    )
    assert first.locator(".followed").count() >= 1
    first.get_by_label("Follow the order").fill("o-9999")
    first.get_by_label("Follow the order").press("Enter")
    assert first.locator(".followed").count() == 0


def test_it_is_readable_on_every_screen(still):
    for replay in still.locator(".lab-replay").all():
        seek(replay, 150)
    for _ in on_these(still, SCREENS):
        assert_readable(still)
        assert_accessible(still)


def test_without_scripts_and_on_paper_there_are_still_pictures(visit, path, still):
    plain = visit(path, java_script_enabled=False)
    assert plain.locator(".lab-replay-still img").count() == 2
    for picture in plain.locator(".lab-replay-still img").all():
        assert picture.is_visible()
        assert len(picture.get_attribute("alt")) > 80
    assert not still.locator(".lab-replay-still img").first.is_visible()
    still.emulate_media(media="print")
    assert still.locator(".lab-replay-still img").first.is_visible()
    assert not still.get_by_role("button", name="Play").first.is_visible()
