"""Sliders: one call gives live widgets with a kernel and prepared frames without."""

import re
import time
from types import SimpleNamespace

import boto3
import pytest

from helpers import Lab, charts, explore, load
from helpers.patterns.queue import charge_from_queue


def chart(workers, outage=60):
    """A run in a lab of its own; its chart says what it was."""
    lab = Lab(seed=1)
    with lab.running(seconds=outage):
        for _ in range(workers):
            lab.start(time.sleep, outage)
    ax = charts.panels()[0]
    ax.plot([0, lab.now], [0, workers])
    ax.set_title(f"{workers} workers")
    return charts.show(ax, alt=f"{workers} workers ran for {lab.now:g} seconds.")


@pytest.fixture
def runs():
    """Counts how often the pattern ran."""
    made = []

    def counted(workers, outage=60):
        made.append((workers, outage))
        return chart(workers, outage)

    counted.made = made
    return counted


def alts(html):
    return re.findall(r'alt="([^"]*)"', html)


def test_without_a_kernel_every_combination_is_a_frame(monkeypatch, runs):
    monkeypatch.setenv("NB_STATIC", "1")
    made = explore.sliders(
        runs, workers=(1, 2, 3), outage=explore.steps(60, 3600, unit="s", label="down for")
    )
    bundle = made._repr_mimebundle_()
    html = bundle["text/html"]
    assert alts(html) == [
        f"{workers} workers ran for {outage} seconds." for workers in (1, 2, 3)
        for outage in (60, 3600)
    ]  # fmt: skip
    summaries = re.findall(r"<summary>(.*?)</summary>", html)
    assert summaries[0] == "workers: 1, down for: 60 s"
    assert summaries[-1] == "workers: 3, down for: 3,600 s"
    [opened] = re.findall(r"<details open><summary>(.*?)</summary>", html)
    assert opened == "workers: 2, down for: 60 s"
    assert bundle["text/plain"] == "2 workers ran for 60 seconds."
    assert len(runs.made) == 6
    assert not re.search(r'(src|href)="(?!data:)', html)  # nothing is loaded from anywhere


def test_with_ipywidgets_7_which_colab_has_the_same_is_shown(monkeypatch, runs):
    """There a widget displays itself, and gives no bundle."""
    made = explore.sliders(runs, workers=(1, 2))
    box = made.widget()
    usual = made._repr_mimebundle_()
    older = SimpleNamespace(model_id=box.model_id)
    monkeypatch.setattr(made, "widget", lambda: older)
    shown = made._repr_mimebundle_()
    kind = "application/vnd.jupyter.widget-view+json"
    assert shown.keys() == usual.keys()
    assert shown[kind] == {**usual[kind], "model_id": box.model_id}


def test_with_a_kernel_a_slider_runs_the_pattern_again_and_each_value_once(runs):
    [workers, outage, status, shown] = (
        explore.sliders(runs, workers=(1, 2, 3), outage=explore.steps(60, 120, start=60))
        .widget()
        .children
    )
    assert alts(shown.value) == ["2 workers ran for 60 seconds."]
    for value in (3, 1, 3, 2):
        workers.value = value
        assert alts(shown.value) == [f"{value} workers ran for 60 seconds."]
    outage.value = 120
    assert alts(shown.value) == ["2 workers ran for 120 seconds."]
    assert runs.made == [(2, 60), (3, 60), (1, 60), (2, 120)]
    assert "running" not in status.value
    assert shown.layout.opacity == "1"


def test_a_value_that_fails_says_why_and_the_sliders_go_on():
    def picky(workers):
        if workers == 3:
            raise ZeroDivisionError("three is too many")
        return chart(workers)

    [slider, status, shown] = explore.sliders(picky, workers=(1, 2, 3)).widget().children
    slider.value = 3
    assert "three is too many" in status.value
    slider.value = 1
    assert "three is too many" not in status.value
    assert alts(shown.value) == ["1 workers ran for 60 seconds."]


def test_the_readers_lab_stays_as_it_is():
    with Lab(seed=5) as lab:
        with lab.running(seconds=7):
            lab.start(time.sleep, 1)
        slider = explore.sliders(chart, workers=(1, 2)).widget().children[0]
        slider.value = 2
        assert lab.now == 7
        with lab.running(seconds=3):
            pass
        assert lab.now == 10


def test_a_pattern_of_a_lesson_moves():
    def drawn(workers):
        import boto3

        lab = Lab(seed=3)
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        orders = load.orders(rate=1.0, minutes=5, seed=3)

        def shop():
            for order in orders:
                time.sleep(order.gap)
                sqs.send_message(QueueUrl=queue, MessageBody=order.json())

        with lab.running(minutes=6):
            lab.start(shop)
            lab.start(charge_from_queue, sqs, queue, lambda order: time.sleep(1.5), copies=workers)
        return charts.backlog(lab.trace, title=f"Backlog with {workers} workers")

    frames = explore.sliders(drawn, workers=(1, 2)).html()
    assert [alt.partition(".")[0] for alt in alts(frames)] == [
        "Backlog with 1 workers",
        "Backlog with 2 workers",
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "2 to 24 combinations"),
        ({"workers": range(25)}, "25"),
        ({"workers": [1]}, r"two or more different values, got \(1,\)"),
        ({"workers": [1, 1]}, "different values"),
    ],
)
def test_sliders_that_cannot_be_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        explore.sliders(chart, **given)


def test_a_start_that_is_none_of_the_values_is_refused():
    with pytest.raises(ValueError, match="got 4"):
        explore.steps(1, 2, start=4)


def test_a_pattern_that_returns_no_picture_is_named():
    with pytest.raises(TypeError, match=r"<lambda> has to return a chart, got 7"):
        explore.sliders(lambda workers: 7, workers=(1, 2)).html()


def test_a_frame_may_open_several_labs_each_of_them_empty():
    def compared(workers):
        for _ in range(2):
            chart(workers)
            boto3.client("events").create_event_bus(Name="shop")  # raises if it is there already
        return chart(workers)

    lab = Lab(seed=1)
    url = boto3.client("sqs").create_queue(QueueName="mine")["QueueUrl"]
    assert (
        explore.sliders(compared, workers=[1, 2]).picture((1,)).alt
        == "1 workers ran for 60 seconds."
    )
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [url]
    lab.close()
