"""Fair queues: the documented rule, case by case, against a model, and under load."""

import random
import time
from math import exp

import boto3
import pytest
import time_machine
from counted_calls import calls_of
from emulated_sqs import FIFO, START, bodies, delete, make, receive, send, stored
from hypothesis import given, settings
from hypothesis import strategies as st
from in_ci import each_seed
from moto.sqs import models

from helpers import Lab
from helpers.emulator.opening import corrected
from helpers.emulator.sqs import corrections
from helpers.emulator.sqs.fair import RECENT, FairLine
from helpers.emulator.sqs.line import StandardLine


@pytest.fixture
def url(client):
    return make(client, VisibilityTimeout=43_200)


def send_groups(client, url, **groups):
    """So many messages of each group, one group after the other; the body names the group."""
    for group, count in groups.items():
        for _ in range(count):
            send(client, url, group, MessageGroupId=group)


def received(client, url, count, **options):
    return [body for _ in range(count) for body in bodies(receive(client, url, 1, **options))]


# The rule, case by case. Where no time passes, processing time is nothing.


def test_a_response_carries_the_message_group_id(client, url):
    send(client, url, "a", MessageGroupId="tenant-1")
    send(client, url, "b")
    attributes = [message["Attributes"] for message in receive(client, url)]
    assert [found.get("MessageGroupId") for found in attributes] == ["tenant-1", None]


def test_a_tenant_with_thirty_in_flight_is_noisy(client, url):
    send_groups(client, url, a=60, b=3)
    assert received(client, url, 34) == ["a"] * 30 + ["b"] * 3 + ["a"]


def test_a_tenant_is_noisy_only_above_a_tenth_of_what_is_in_flight(client, url):
    for number in range(360):
        send(client, url, "x", MessageGroupId=f"x{number}")
    assert received(client, url, 360) == ["x"] * 360
    send_groups(client, url, a=60, b=3)
    # 40 of 400 are not more than a tenth, 41 of 401 are.
    assert received(client, url, 46) == ["a"] * 41 + ["b"] * 3 + ["a"] * 2


def test_a_tenant_is_noisy_above_a_tenth_of_the_processing_time(client, timeline, url):
    send_groups(client, url, a=2, b=1)
    for number in range(20):
        send(client, url, "x", MessageGroupId=f"x{number}")
    messages = receive(client, url, 10)
    assert bodies(messages) == ["a", "a", "b"] + ["x"] * 7
    send_groups(client, url, a=1, b=1)
    timeline.shift(1)
    for message in messages[2:]:
        delete(client, url, message)
    timeline.shift(4)  # now 10 seconds for a, and 1 for each of the others
    for message in messages[:2]:
        delete(client, url, message)
    assert received(client, url, 15) == ["x"] * 13 + ["b", "a"]


def test_of_noisy_tenants_the_one_with_fewest_in_flight_comes_first(client, url):
    send_groups(client, url, a=60, b=60)
    assert received(client, url, 60) == ["a"] * 30 + ["b"] * 30
    [message] = receive(client, url, 1)
    assert message["Body"] == "a"
    assert received(client, url, 5) == ["b", "a", "b", "a", "b"]


def test_noisy_tenants_are_not_throttled(client, url):
    send_groups(client, url, a=200)
    assert received(client, url, 201) == ["a"] * 200


def test_a_tenant_is_quiet_again_when_its_backlog_is_consumed(client, url):
    send_groups(client, url, a=31, b=1)
    messages = [message for _ in range(32) for message in receive(client, url, 1)]
    assert bodies(messages) == ["a"] * 30 + ["b", "a"]
    for message in messages:
        delete(client, url, message)
    send_groups(client, url, a=2, b=2)
    assert received(client, url, 4) == ["a", "a", "b", "b"]


def test_a_tenant_is_quiet_again_after_five_minutes_without_a_message_in_flight(
    client, timeline, url
):
    def noisy_with_a_backlog(seconds):
        """Tenant a was served for a while; since then nobody serves it."""
        client.purge_queue(QueueUrl=url)
        send_groups(client, url, a=40)
        messages = [message for _ in range(31) for message in receive(client, url, 1)]
        send_groups(client, url, b=1)
        assert received(client, url, 1) == ["b"]
        for message in messages:
            delete(client, url, message)
        timeline.shift(seconds)
        send_groups(client, url, c=2)
        return received(client, url, 3)

    assert noisy_with_a_backlog(299) == ["c", "c", "a"]
    assert noisy_with_a_backlog(300) == ["a", "a", "a"]


def test_a_message_without_a_group_is_a_tenant_of_its_own(client, url):
    send(client, url, *["alone"] * 50)
    send_groups(client, url, a=60)
    send(client, url, *["late"] * 3)
    assert received(client, url, 50) == ["alone"] * 50
    assert received(client, url, 36) == ["a"] * 30 + ["late"] * 3 + ["a"] * 3


def test_a_queue_without_groups_is_as_it_was(client, url):
    send(client, url, "a")
    assert isinstance(stored().store.line, StandardLine)
    send(client, url, "b", MessageGroupId="g")
    assert isinstance(stored().store.line, FairLine)
    client.purge_queue(QueueUrl=url)
    assert isinstance(stored().store.line, StandardLine)
    fifo = make(client, "orders.fifo", **FIFO)
    send(client, fifo, "a", MessageGroupId="g")
    assert not isinstance(stored("orders.fifo").store.line, FairLine)


# A model: lists and loops, nothing clever.


class Model:
    """A fair queue as the developer guide tells it, without regard to cost."""

    def __init__(self, timeout):
        self.timeout = timeout
        self.now = 0.0
        self.messages = []  # [body, group, intervals in flight, deleted]
        self.noisy = set()

    def flying(self, message, at=None):
        at = self.now if at is None else at
        return any(begin <= at < end for begin, end in message[2])

    def of(self, group):
        return [message for message in self.messages if message[1] == group]

    def backlog(self, group=None):
        present = self.messages if group is None else self.of(group)
        return [m for m in present if not m[3] and not self.flying(m)]

    def spent(self, messages):
        """Time in flight, weighed by how long ago it was."""

        def weight(moment):
            return RECENT * exp(-(self.now - moment) / RECENT)

        spans = [
            (begin, min(end, self.now))
            for message in messages
            for begin, end in message[2]
            if begin < self.now
        ]
        return sum(weight(end) - weight(begin) for begin, end in spans)

    def is_loud(self, group):
        mine = self.of(group)
        flying = sum(map(self.flying, mine))
        ends = [end for message in mine for _, end in message[2]]
        if not flying and (not ends or self.now - max(ends) >= 300):
            return False
        every = sum(map(self.flying, self.messages))
        if flying >= 30 and flying > 0.1 * every:
            return True
        return self.spent(mine) > 0.1 * self.spent(self.messages) + 1e-7

    def forget(self):
        for group in list(self.noisy):
            ends = [end for message in self.of(group) for _, end in message[2]]
            if not self.backlog(group) or self.now - max(ends, default=self.now) >= 300:
                self.noisy.discard(group)

    def pass_time(self, seconds):
        # A timeout on the way gives a tenant a backlog again, so each has its turn.
        ends = {end for m in self.messages for _, end in m[2] if self.now < end}
        for end in sorted(e for e in ends if e <= self.now + seconds):
            self.now, seconds = end, seconds - (end - self.now)
        self.now += seconds

    def receive(self, count):
        batch = []
        self.forget()
        while len(batch) < count and (message := self.next()):
            message[2].append((self.now, self.now + self.timeout))
            batch.append(message[0])
            if message[1] in self.noisy and not self.backlog(message[1]):
                self.noisy.discard(message[1])
        return batch

    def next(self):
        for message in self.backlog():
            group = message[1]
            if group is None:
                return message
            if group not in self.noisy and not self.is_loud(group):
                return message
            self.noisy.add(group)
        return None

    def remove(self, message):
        begin, end = message[2][-1]
        message[2][-1] = (begin, min(end, self.now))
        message[3] = True


STEPS = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(["a", "b", "c", None]), st.integers(1, 4)),
    st.tuples(st.just("receive"), st.integers(1, 4)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 7.25, 120.0, 301.0])),
)


@settings(deadline=None)
@given(steps=st.lists(STEPS, max_size=40))
def test_while_a_quiet_message_is_there_it_comes_first(steps):
    """Among quiet tenants in order; noisy ones only when nobody is quiet. Nothing is lost."""
    with corrections.corrections(), time_machine.travel(START, tick=False) as traveller:
        backend = models.SQSBackend("us-east-1", "123456789012")
        backend.create_queue("q", VisibilityTimeout="5000")
        model, handles, number = Model(timeout=5000), {}, 0
        backend.send_message("q", "first", group_id="a")
        model.messages.append(["first", "a", [], False])
        for step, *arguments in steps:
            if step == "send":
                group, count = arguments
                for _ in range(count):
                    number += 1
                    backend.send_message("q", f"{number}", group_id=group)
                    model.messages.append([f"{number}", group, [], False])
            elif step == "receive":
                found = backend.receive_message("q", arguments[0], 0, 5000)
                handles.update((m.body, m.receipt_handle) for m in found)
                expected = model.receive(arguments[0])
                assert [m.body for m in found][: len(expected)] == expected
                for m in found[len(expected) :]:  # noisy: the model leaves the order open
                    [message] = [known for known in model.messages if known[0] == m.body]
                    assert message[1] in model.noisy
                    message[2].append((model.now, model.now + model.timeout))
                    if not model.backlog(message[1]):
                        model.noisy.discard(message[1])
                assert len(found) == arguments[0] or not model.backlog()
            elif step == "pass":
                model.pass_time(arguments[0])
                traveller.shift(arguments[0])
            elif handles:
                body = list(handles)[arguments[0] % len(handles)]
                backend.delete_message("q", handles.pop(body))
                [message] = [known for known in model.messages if known[0] == body]
                model.remove(message)


# Under load.


class Tenants:
    """One loud tenant and twenty others; every message is a second of work."""

    def __init__(self, seed, *, grouped):
        self.random = random.Random(f"tenants {seed}")
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName="orders")["QueueUrl"]
        self.grouped, self.dwell = grouped, []

    def send(self, tenant):
        group = {"MessageGroupId": tenant} if self.grouped else {}
        self.sqs.send_message(QueueUrl=self.url, MessageBody=f"{tenant} {time.time()}", **group)

    def burst(self):
        time.sleep(30.1)
        for _ in range(230):
            self.send("loud")
            time.sleep(0.05)

    def others(self):
        for number in range(200):
            time.sleep(self.random.expovariate(2.5))
            self.send(f"quiet-{number % 20}")

    def work(self):
        while True:
            reply = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)
            for message in reply.get("Messages", []):
                tenant, sent = message["Body"].split()
                self.dwell.append((tenant, time.time() - float(sent)))
                time.sleep(1.0)
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def dwell_times(seed, *, grouped, minutes=4):
    with Lab(seed=seed) as lab:
        tenants = Tenants(seed, grouped=grouped)
        with lab.running(minutes=minutes):
            lab.start(tenants.burst)
            lab.start(tenants.others)
            lab.start(tenants.work, copies=6)
        quiet = sorted(dwell for tenant, dwell in tenants.dwell if tenant != "loud")
        return tenants.dwell, quiet[int(0.95 * len(quiet))]


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_a_loud_tenant_delays_itself_and_not_the_others(seed):
    delivered, fair = dwell_times(seed, grouped=True)
    plainly, plain = dwell_times(seed, grouped=False)
    assert len(delivered) == len(plainly) == 430
    assert plain > 20
    assert fair < 3
    assert max(dwell for tenant, dwell in delivered if tenant == "loud") > 40


def test_the_same_seed_gives_the_same_deliveries():
    first, second = (dwell_times(2, grouped=True, minutes=1) for _ in range(2))
    assert first == second


# Cost.


def cost(depth, groups, repeat=60):
    """Calls of functions per operation on a fair queue of `depth` messages in `groups` groups."""
    backend = models.SQSBackend("us-east-1", "123456789012")
    backend.create_queue("orders", VisibilityTimeout="1000")
    for number in range(depth):
        backend.send_message("orders", str(number), group_id=f"g{number % groups}")
    costs = dict.fromkeys(("send", "receive", "delete"), 0)
    for number in range(repeat):
        done, _ = calls_of(backend.send_message, "orders", "x", group_id=f"g{number % groups}")
        costs["send"] += done
        done, messages = calls_of(backend.receive_message, "orders", 10, 0, 1000)
        costs["receive"] += done
        for message in messages[:9]:
            done, _ = calls_of(backend.delete_message, "orders", message.receipt_handle)
            costs["delete"] += done
    return costs


@pytest.mark.parametrize(("few", "many"), [(2, 2), (100, 1_000)], ids=["noisy", "quiet"])
def test_cost_grows_neither_with_the_depth_nor_with_the_number_of_groups(timeline, few, many):
    with corrected():
        small, large = cost(700, few), cost(20_000, many)
    for operation, calls in small.items():
        assert large[operation] <= 1.5 * calls


def test_groups_that_are_long_gone_are_not_kept_in_memory(client, timeline, url):
    for number in range(150):
        send(client, url, "x", MessageGroupId=f"order-{number}")
        delete(client, url, receive(client, url, 1)[0])
        timeline.shift(600)
    line = stored().store.line
    assert len(line._tenants) < 20
    heaps = (line._quiet, line._noisy, line._calm, line._empty)
    assert all(len(heap._heap) < 100 for heap in heaps)
