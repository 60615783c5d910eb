"""The lab: its runs, their workers, what they leave in the trace, and how far they are."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
import uuid
from functools import partial

import boto3
import pytest
from lab_scene import make_queue, poll_for_ever

from helpers import Lab, load
from helpers.clock import Clock, Deadlock, RealTimePassed
from helpers.lab import LabError
from helpers.lab.progress import Progress, span
from helpers.trace import COLUMNS, Trace


class TestRunning:
    @pytest.mark.parametrize(
        ("given", "seconds"),
        [
            ({"seconds": 7.5}, 7.5),
            ({"minutes": 15}, 900),
            ({"hours": 2}, 7200),
            ({"days": 3}, 259_200),
            ({"days": 1, "hours": 1, "minutes": 1, "seconds": 1}, 90_061),
        ],
    )
    def test_time_passes_by_the_sum_of_what_is_given(self, lab, given, seconds):
        with lab.running(**given):
            pass
        assert lab.now == seconds

    def test_without_a_length_a_run_ends_with_its_workers(self, lab):
        with lab.running():
            lab.start(time.sleep, 12.5)
            lab.start(time.sleep, 40)
        assert lab.now == 40

    @pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "5", None])
    def test_a_bad_length_is_refused_by_value(self, lab, value):
        with pytest.raises(ValueError, match=f"minutes={value!r}"):
            with lab.running(minutes=value):
                pass
        assert lab.now == 0

    def test_a_run_inside_a_run_is_refused_and_leaves_the_outer_one_seeded(self, lab):
        def draw():
            time.sleep(1)
            drawn.append((uuid.uuid4(), random.random()))

        drawn = []
        for nested in (False, True):
            with Lab(seed=5) as fresh, fresh.running(seconds=2):
                if nested:
                    with pytest.raises(LabError, match="cannot stand inside another"):
                        with fresh.running(seconds=1):
                            pass
                fresh.start(draw)
        assert drawn[0] == drawn[1]

    def test_an_endless_worker_is_stopped_and_the_next_run_goes_on_from_there(self, lab):
        ticks = []

        def forever():
            while True:
                time.sleep(10)
                ticks.append(lab.now)

        for _ in range(2):
            with lab.running(minutes=1):
                lab.start(forever)
        assert ticks == [10 * n for n in range(1, 13)]

    def test_an_exception_of_a_worker_comes_out_and_the_lab_lives_on(self, lab):
        sqs, url = make_queue()

        def broken():
            time.sleep(30)
            raise KeyError("no such order")

        with pytest.raises(KeyError, match="no such order") as caught:
            with lab.running(minutes=5):
                lab.start(broken)
        assert caught.traceback[-1].name == "broken"
        assert lab.now == 30
        sqs.send_message(QueueUrl=url, MessageBody="still here")

    @pytest.mark.usefixtures("looks_count_though_late")
    def test_a_worker_that_waits_in_real_time_is_named(self, lab):
        def calls_a_shell():
            time.sleep(60)
            subprocess.run([sys.executable, "-c", "import time; time.sleep(0.2)"], check=True)

        with pytest.warns(RealTimePassed, match=r"calls_a_shell waited .* in calls_a") as told:
            with lab.running():
                lab.start(calls_a_shell)
        assert lab.now == 60.0
        assert told[0].filename == __file__

    def test_a_deadlock_names_who_waits(self, lab):
        def stuck():
            threading.Event().wait()

        with pytest.raises(Deadlock, match="stuck waits for a notice"):
            with lab.running(minutes=5):
                lab.start(stuck)


class TestWorkers:
    def test_copies_are_numbered_and_named_in_the_trace(self, lab):
        sqs, url = make_queue()

        def send(body):
            sqs.send_message(QueueUrl=url, MessageBody=body)

        with lab.running():
            assert len(lab.start(send, "a", copies=3)) == 3
            lab.start(partial(send, "b"))
            lab.start(make_queue, "other")
        sends = lab.trace[lab.trace.operation == "SendMessage"]
        assert list(sends.caller) == ["send-1", "send-2", "send-3", "send-4"]
        assert list(lab.trace.caller)[-1] == "make_queue"

    def test_names_begin_anew_in_every_run(self, lab):
        for _ in range(2):
            with lab.running():
                (thread,) = lab.start(make_queue)
                assert thread.name == "make_queue"

    def test_a_worker_outside_a_run_is_refused(self, lab):
        with pytest.raises(LabError, match="start inside a run"):
            lab.start(time.sleep, 1)

    @pytest.mark.parametrize("copies", [0, -1, 1.5, "2"])
    def test_a_bad_number_of_copies_is_refused_by_value(self, lab, copies):
        with lab.running(seconds=1), pytest.raises(ValueError, match=f"got {copies!r}"):
            lab.start(time.sleep, 1, copies=copies)

    def test_what_would_do_nothing_when_called_is_refused(self, lab):
        def generator():
            yield 1

        async def coroutine():
            pass

        with lab.running(seconds=1):
            for function in (generator, coroutine):
                with pytest.raises(TypeError, match="plain function that waits"):
                    lab.start(function)
            with pytest.raises(TypeError, match="got 'send'"):
                lab.start("send")


class TestRecord:
    def test_the_columns_are_there_when_nothing_has_happened(self, lab):
        assert tuple(lab.trace.columns) == COLUMNS
        assert len(lab.trace) == 0

    def test_a_mark_has_its_time_its_thread_and_its_fields(self, lab):
        def charge():
            time.sleep(3)
            lab.mark("charged", order_id="o-1", amount=250)

        with lab.running():
            lab.start(charge)
        lab.mark("counted", total=1)
        charged, counted = lab.trace.to_dict("records")
        assert (charged["time"], charged["end"], charged["kind"]) == (3, 3, "mark")
        assert (charged["caller"], charged["name"]) == ("charge", "charged")
        assert (charged["order_id"], charged["amount"]) == ("o-1", 250)
        assert (counted["caller"], counted["total"]) == ("cell", 1)

    @pytest.mark.parametrize("column", COLUMNS)
    def test_a_field_called_like_a_column_is_refused_by_name(self, lab, column):
        with pytest.raises(ValueError, match=f"'{column}'"):
            lab.mark("charged", **{column: 1})
        assert len(lab.trace) == 0

    def test_a_stopped_call_is_not_called_ok(self, lab):
        sqs, url = make_queue()
        with lab.running(seconds=30):
            lab.start(partial(poll_for_ever, sqs, url))
        polls = lab.trace[lab.trace.operation == "ReceiveMessage"]
        assert list(polls.outcome) == ["ok", "Stopped"]
        assert list(polls.end) == [20, 30]
        assert polls.processed.isna().tolist() == [False, True]

    def test_the_frame_is_the_readers_own(self, lab):
        lab.mark("a")
        frame = lab.trace
        frame["extra"] = 1
        frame.loc[0, "name"] = "b"
        assert "extra" not in lab.trace
        assert list(lab.trace.name) == ["a"]


def test_the_example_of_the_design_runs_as_written():
    lab = Lab(seed=11)
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    charged = []

    def charge(order):
        charged.append(order)

    def place_orders():
        for order in load.orders(rate=2.0, minutes=10, seed=11):
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def charge_cards():
        while True:
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get(
                "Messages", []
            ):
                charge(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    with lab.running(minutes=15):
        lab.start(place_orders)
        lab.start(charge_cards, copies=2)

    assert lab.now == 900
    orders = list(load.orders(rate=2.0, minutes=10, seed=11))
    assert len(orders) > 1000
    assert sorted(map(str, charged)) == sorted(str(json.loads(order.json())) for order in orders)
    deleted = lab.trace[lab.trace.operation == "DeleteMessage"]
    assert len(deleted) == len(orders)
    assert set(deleted.caller) == {"charge_cards-1", "charge_cards-2"}
    lab.close()


class TestProgress:
    def progress(self, monkeypatch, static=""):
        monkeypatch.setenv("NB_STATIC", static)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        clock, trace = Clock(epoch=0.0), Trace()
        progress = Progress(clock, 86400.0, trace)
        clock.now_ns = 12 * 3600 * 10**9
        for _ in range(1234):
            trace.record_mark("x", time=0.0, caller="cell")
        return progress

    def test_a_run_of_more_than_two_seconds_shows_how_far_it_is(self, monkeypatch, capsys):
        progress = self.progress(monkeypatch)
        progress.look(1.99)
        assert capsys.readouterr().err == ""
        progress.look(2.3)
        said = capsys.readouterr().err
        assert "12 h of 24 h (50%) simulated, 1,234 happenings, 2 s real" in said
        progress.look(2.4)
        assert capsys.readouterr().err == ""  # not more often than a person can read
        progress.look(2.6)
        assert "Interrupt the kernel to stop" in capsys.readouterr().err

    def test_the_line_is_taken_away_at_the_end(self, monkeypatch, capsys):
        progress = self.progress(monkeypatch)
        progress.close()
        assert capsys.readouterr().err == ""
        progress.look(3.0)
        capsys.readouterr()
        progress.close()
        assert capsys.readouterr().err == "\r\x1b[K"

    def test_a_rendered_page_gets_none(self, monkeypatch, capsys):
        progress = self.progress(monkeypatch, static="1")
        progress.look(60.0)
        progress.close()
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(0, "0 s"), (45, "45 s"), (720, "12 min"), (12_600, "3.5 h"), (172_800, "2 d")],
    )
    def test_lengths_of_time_read_as_a_person_says_them(self, seconds, text):
        assert span(seconds) == text


def test_a_worker_that_swallows_its_end_sends_nothing_more_and_does_not_spin(lab):
    sqs, rounds = boto3.client("sqs"), []
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def work():
        while True:
            try:
                sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
            except BaseException:
                rounds.append(lab.now)

    with lab.running(minutes=2):
        [thread] = lab.start(work)
    vars(thread).pop("_task")  # it is parked for good, which other tests would take for a leak
    rows = len(lab.trace)
    time.sleep(0.2)
    assert 1 <= len(rounds) <= 4
    assert len(lab.trace) == rows
