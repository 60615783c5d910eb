"""A record per key: one effect, whatever comes again, fails, crashes or loses its reply."""

import contextlib
import threading
import time
from collections import Counter
from random import Random

import boto3
import pytest
from botocore.config import Config
from in_ci import each_seed

from helpers import Lab, faults
from helpers.patterns.idempotency import (
    InProgress,
    claim,
    finish,
    once,
    release,
    set_status,
    table_of_records,
    together,
)

SEEDS = each_seed(1, 2, 3)


class Crash(BaseException):
    """The machine is gone."""


@pytest.fixture(params=SEEDS)
def lab(request):
    with Lab(seed=request.param) as lab:
        yield lab


@pytest.fixture
def db(lab):
    dynamodb = boto3.client("dynamodb")
    table_of_records(dynamodb, "records")
    return dynamodb


def run(lab, *works):
    with lab.running():
        for work in works:
            lab.start(work)


def refused(call, *arguments):
    with pytest.raises(boto3.client("dynamodb").exceptions.ConditionalCheckFailedException):
        call(*arguments)


def test_what_came_of_it_is_the_same_however_often_it_is_asked_for(lab, db):
    done, results = Counter(), []

    def work(name):
        done[name] += 1
        return {"receipt": f"{name} {done[name]}", "none": None}

    def many():
        for number in range(300):
            name = f"order {number % 100}"
            results.append((name, once(db, "records", name, lambda name=name: work(name))))

    run(lab, many)
    assert set(done.values()) == {1}
    assert all(result == {"receipt": f"{name} 1", "none": None} for name, result in results)


def test_a_result_of_none_counts_as_done(lab, db):
    done = []
    run(lab, lambda: [once(db, "records", "a", lambda: done.append(1)) for _ in range(3)])
    assert done == [1]


def test_of_many_at_once_one_works(lab, db):
    draws, done, told = Random(lab.seed), Counter(), Counter()

    def work(name):
        time.sleep(draws.uniform(0, 2))
        done[name] += 1

    def worker():
        for number in range(100):
            try:
                once(db, "records", f"{number}", lambda number=number: work(number))
            except InProgress:
                told[number] += 1

    with faults.latency("dynamodb", median=0.02, p99=0.2, seed=lab.seed):
        run(lab, worker, worker, worker)
    assert done == dict.fromkeys(range(100), 1)
    assert sum(told.values()) > 0


def test_work_that_fails_may_be_tried_again_at_once(lab, db):
    tried = Counter()

    def work(name):
        tried[name] += 1
        if tried[name] < 3:
            raise ValueError(name)

    def worker():
        for number in range(50):
            for _ in range(4):
                with contextlib.suppress(ValueError):
                    once(db, "records", f"{number}", lambda number=number: work(number))

    run(lab, worker)
    assert tried == dict.fromkeys(range(50), 3)
    assert lab.now == 0


def test_a_crashed_worker_holds_its_key_until_the_hold_is_over(lab, db):
    taken = {}

    def dies():
        with contextlib.suppress(Crash):
            once(db, "records", "a", self_destruct, hold=60)

    def self_destruct():
        raise Crash

    def patient():
        while "a" not in taken:
            with contextlib.suppress(InProgress):
                once(db, "records", "a", lambda: taken.update(a=lab.now), hold=60)
            time.sleep(1)

    run(lab, dies, patient)
    assert 60 <= taken["a"] <= 62


@pytest.mark.parametrize("after", [59, 86_000])
def test_what_is_done_is_known_for_as_long_as_was_said(lab, db, after):
    done = []

    def twice():
        once(db, "records", "a", lambda: done.append(1), keep=after + 10)
        time.sleep(after)
        once(db, "records", "a", lambda: done.append(2))
        time.sleep(20)
        once(db, "records", "a", lambda: done.append(3))

    run(lab, twice)
    assert done == [1, 3]


def test_a_claim_that_is_over_is_free_though_it_is_still_there(lab, db):
    def look():
        claim(db, "records", "a", "dead", 60)
        time.sleep(62)
        assert db.scan(TableName="records", Select="COUNT")["Count"] == 1
        assert claim(db, "records", "a", "me", 60) is None

    run(lab, look)


def test_who_was_taken_over_writes_nothing(lab, db):
    def slow():
        claim(db, "records", "a", "slow", 10)
        time.sleep(12)
        claim(db, "records", "a", "quick", 60)
        refused(finish, db, "records", "a", "slow", "1", 60)
        refused(release, db, "records", "a", "slow")
        finish(db, "records", "a", "quick", "2", 60)
        assert claim(db, "records", "a", "third", 60) == "2"

    run(lab, slow)


def test_a_lost_reply_meets_its_own_claim_and_goes_on(lab):
    dynamodb = boto3.client("dynamodb", config=Config(read_timeout=1))
    table_of_records(dynamodb, "records")
    done = Counter()

    def worker():
        for number in range(100):
            once(dynamodb, "records", f"{number}", lambda number=number: done.update([number]))

    with faults.lost_reply("dynamodb.PutItem", rate=0.1, seed=lab.seed) as lost:
        run(lab, worker)
    assert lost.hits > 10
    assert done == dict.fromkeys(range(100), 1)


class TestTogether:
    @pytest.fixture(autouse=True)
    def ledger(self, db):
        table_of_records(db, "ledger")

    def add(self, name):
        change = {"TableName": "ledger", "Key": {"id": {"S": name}}}
        change |= {"UpdateExpression": "ADD times :one"}
        return [{"Update": change | {"ExpressionAttributeValues": {":one": {"N": "1"}}}}]

    def counts(self, db):
        items = db.scan(TableName="ledger")["Items"]
        return {item["id"]["S"]: int(item["times"]["N"]) for item in items}

    def test_the_writes_are_made_once(self, lab, db):
        def worker():
            for number in range(120):
                together(db, "records", f"{number % 50}", self.add(f"{number % 50}"))

        with faults.lost_reply("dynamodb", rate=0.05, seed=lab.seed):
            run(lab, worker, worker)
        assert self.counts(db) == {str(number): 1 for number in range(50)}

    def test_it_says_whether_it_was_the_first(self, lab, db):
        said = []
        run(lab, lambda: said.extend(together(db, "records", "a", []) for _ in range(3)))
        assert said == [True, False, False]

    def test_if_a_write_cannot_be_made_neither_is_the_record(self, lab, db):
        wrong = {"ConditionCheck": {"TableName": "ledger", "Key": {"id": {"S": "b"}}}}
        wrong["ConditionCheck"]["ConditionExpression"] = "attribute_exists(id)"

        def worker():
            with pytest.raises(db.exceptions.TransactionCanceledException):
                together(db, "records", "a", [*self.add("a"), wrong])
            assert together(db, "records", "a", self.add("a"))

        run(lab, worker)
        assert self.counts(db) == {"a": 1}


def test_threads_of_one_process_are_told_apart(lab, db):
    """The claim is the call's, not the machine's: a second thread is somebody else."""
    done, told = [], []

    def work():
        time.sleep(5)
        done.append(1)

    def second():
        time.sleep(1)
        try:
            once(db, "records", "a", work)
        except InProgress:
            told.append(1)

    def first():
        threading.Thread(target=second).start()
        once(db, "records", "a", work)

    run(lab, first)
    assert (done, told) == ([1], [1])


class TestStatus:
    @pytest.fixture(autouse=True)
    def orders(self, db):
        table_of_records(db, "orders")

    def status(self, db, name="a"):
        return db.get_item(TableName="orders", Key={"id": {"S": name}})["Item"]["status"]["S"]

    def test_what_is_older_is_not_written(self, lab, db):
        def tell():
            assert set_status(db, "a", "paid", 1)
            assert set_status(db, "a", "refunded", 2)
            assert not set_status(db, "a", "paid", 1)

        run(lab, tell)
        assert self.status(db) == "refunded"

    def test_whatever_order_they_come_in_the_last_revision_stays(self, lab, db):
        news = ["placed", "paid", "packed", "shipped"] * 2
        draws = Random(lab.seed)

        def tell():
            for number in range(30):
                told = list(enumerate(news[:4])) * 2
                draws.shuffle(told)
                for revision, status in told:
                    set_status(db, f"{number}", status, revision)

        run(lab, tell)
        assert {self.status(db, f"{number}") for number in range(30)} == {"shipped"}

    def test_its_own_first_attempt_is_no_later_revision(self, lab):
        dynamodb = boto3.client("dynamodb", config=Config(read_timeout=1))
        written = []

        def tell():
            for number in range(60):
                written.append(set_status(dynamodb, f"{number}", "paid", 1))

        with faults.lost_reply("dynamodb.PutItem", rate=0.1, seed=lab.seed) as lost:
            run(lab, tell)
        assert lost.hits > 3
        assert all(written)


def test_a_record_is_kept_for_longer_than_a_queue_keeps_a_message(lab, db):
    """14 days, and 14 more after a redrive [SQS Developer Guide, dead-letter queue redrive]."""
    done = []

    def twice():
        once(db, "records", "a", lambda: done.append(1))
        time.sleep(28 * 86_400)
        once(db, "records", "a", lambda: done.append(2))

    run(lab, twice)
    assert done == [1]
