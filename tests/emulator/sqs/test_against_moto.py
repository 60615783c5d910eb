"""Where moto is right, the corrected SQS answers as moto does.

Programs of calls run on both. They keep clear of what is corrected on purpose: old receipt
handles, the instant in which a timeout ends, the third failed receive, retention.
"""

from contextlib import nullcontext
from unittest import mock

import time_machine
from emulated_sqs import START
from hypothesis import given
from hypothesis import strategies as st
from moto.sqs import models

from helpers.emulator.sqs import corrections, line

TICK = 1 / 1024  # added to every step, so that no call falls on the very end of a timeout

STEPS = st.one_of(
    st.tuples(st.just("send"), st.sampled_from([0, 0, 5, 40])),
    st.tuples(st.just("receive"), st.integers(1, 4), st.sampled_from([0, 3, 30])),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("hide"), st.integers(0, 9), st.sampled_from([0, 2, 60])),
    st.tuples(st.just("pass"), st.sampled_from([1, 4, 31])),
)


class Program:
    """One run of a program on one emulator; `told` is all that it could see."""

    def __init__(self, traveller, max_receives):
        self.backend = models.sqs_backends["123456789012"]["us-east-1"]
        self.backend.reset()
        policy = {
            "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead",
            "maxReceiveCount": max_receives,
        }
        self.backend.create_queue("dead")
        self.backend.create_queue("q", RedrivePolicy=policy)
        self.traveller = traveller
        self.now = 0.0
        self.held = {}  # body: (receipt handle, in flight until)
        self.told = []

    def run(self, steps):
        for number, (step, *arguments) in enumerate(steps):
            getattr(self, step if step != "pass" else "elapse")(number, *arguments)
            self.elapse(number, TICK)
            names = ("", "NotVisible", "Delayed")
            names = [f"ApproximateNumberOfMessages{name}" for name in names]
            self.told += [self.backend.get_queue_attributes(q, names) for q in ("q", "dead")]
        return self.told

    def elapse(self, _number, seconds):
        self.now += seconds
        self.traveller.shift(seconds)

    def send(self, number, delay):
        self.backend.send_message("q", f"{number}", delay_seconds=delay)

    def receive(self, _number, count, timeout):
        for message in self.backend.receive_message("q", count, 0, timeout):
            self.held[message.body] = (message.receipt_handle, self.now + timeout)
            self.told.append(
                (
                    message.body,
                    message.approximate_receive_count,
                    message.sent_timestamp,
                    message.approximate_first_receive_timestamp,
                )
            )

    def in_flight(self, index):
        bodies = [body for body, (_, until) in self.held.items() if until > self.now]
        return bodies[index % len(bodies)] if bodies else None

    def delete(self, _number, index):
        if (body := self.in_flight(index)) is not None:
            self.backend.delete_message("q", self.held.pop(body)[0])

    def hide(self, _number, index, timeout):
        if (body := self.in_flight(index)) is not None:
            handle = self.held[body][0]
            self.backend.change_message_visibility("q", handle, timeout)
            self.held[body] = (handle, self.now + timeout)


def outcome(steps, max_receives, corrections):
    with corrections, time_machine.travel(START, tick=False) as traveller:
        return Program(traveller, max_receives).run(steps)


@given(steps=st.lists(STEPS, max_size=50), max_receives=st.sampled_from([1, 3, 100]))
def test_any_program_on_a_standard_queue_gives_what_moto_gives(steps, max_receives):
    without = outcome(steps, max_receives, nullcontext())
    with mock.patch.object(line, "RECEIVES_BEFORE_THE_BACK", 10**9):
        assert outcome(steps, max_receives, corrections.corrections()) == without
