"""Random programs of threads run as a simple model says, and every time the same way."""

from __future__ import annotations

import threading
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import EPOCH

from helpers.clock import Clock

# A program: per worker a list of steps; each step sleeps, waits for a numbered event with a
# deadline, or sets one.
STEPS = st.one_of(
    st.tuples(st.just("sleep"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(0, 2), st.integers(1, 6)),
    st.tuples(st.just("set"), st.integers(0, 2)),
)
PROGRAMS = st.lists(st.lists(STEPS, max_size=6), min_size=1, max_size=5)


def run_for_real(program) -> list:
    """The program in real threads, in virtual time."""
    clock, log = Clock(epoch=EPOCH), []
    events = [threading.Event() for _ in range(3)]

    def worker(number, steps):
        for position, (kind, *args) in enumerate(steps):
            woken = None
            if kind == "sleep":
                time.sleep(args[0])
            elif kind == "wait":
                woken = events[args[0]].wait(args[1])
            else:
                events[args[0]].set()
            log.append((clock.now, number, position, woken))

    with clock.running():
        for number, steps in enumerate(program):
            clock.start(worker, number, steps, name=f"worker-{number}")
    return log


def run_by_hand(program) -> list:
    """The same program by a model: a list of ready workers, and a list of deadlines."""
    log, now, order = [], 0, 0
    is_set, waiters = [False] * 3, [[], [], []]
    positions = [0] * len(program)
    ready, deadlines = [(number, None) for number in range(len(program))], []
    while ready or deadlines:
        if not ready:
            now = min(deadline for deadline, _, _, _ in deadlines)
            due = sorted(entry for entry in deadlines if entry[0] == now)
            deadlines = [entry for entry in deadlines if entry[0] != now]
            ready = [(number, False if event is not None else None) for _, _, number, event in due]
            timed_out = {number: event for _, _, number, event in due if event is not None}
        else:
            timed_out = {}
        while ready:
            number, woken = ready.pop(0)
            event = timed_out.pop(number, None)
            if event is not None:
                woken = number not in waiters[event]  # set at the moment of the deadline
                waiters[event] = [waiter for waiter in waiters[event] if waiter != number]
            if positions[number] > 0 and positions[number] <= len(program[number]):
                kind = program[number][positions[number] - 1][0]
                if kind != "set" and (kind == "sleep" or woken is not None):
                    log.append((now, number, positions[number] - 1, woken))
            while positions[number] < len(program[number]):
                position = positions[number]
                kind, *args = program[number][position]
                positions[number] += 1
                order += 1
                if kind == "set":
                    if not is_set[args[0]]:
                        is_set[args[0]] = True
                        for waiter in waiters[args[0]]:
                            if waiter not in timed_out:
                                deadlines = [entry for entry in deadlines if entry[2] != waiter]
                                ready.append((waiter, True))
                        waiters[args[0]] = []
                    log.append((now, number, position, None))
                elif kind == "sleep":
                    deadlines.append((now + args[0], order, number, None))
                    break
                elif is_set[args[0]]:
                    log.append((now, number, position, True))
                else:
                    waiters[args[0]].append(number)
                    deadlines.append((now + args[1], order, number, args[0]))
                    break
    return [(float(when), number, position, woken) for when, number, position, woken in log]


@settings(max_examples=200, deadline=None)
@given(PROGRAMS)
def test_random_programs_run_in_the_order_of_a_simple_model(program):
    assert run_for_real(program) == run_by_hand(program)


@settings(max_examples=25, deadline=None)
@given(PROGRAMS)
def test_the_same_program_runs_the_same_way_every_time(program):
    assert run_for_real(program) == run_for_real(program)
