"""Event source mappings over SQS: what makes a batch: size, window, filter and group."""

from __future__ import annotations

import json
import time

import pytest
from botocore.exceptions import ClientError
from emulated_mapping import Mapped, nothing, slowly
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab

FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


class TestBatches:
    def test_ten_at_most_by_default(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(35)
        mapped.run(seconds=1)
        assert sorted(len(bodies) for _, bodies in mapped.batches) == [5, 10, 10, 10]
        found = mapped.aws.get_event_source_mapping(UUID=mapped.uuid)
        assert (found["BatchSize"], found["State"]) == (10, "Enabled")

    @pytest.mark.parametrize("size", [1, 3])
    def test_smaller_ones(self, lab, size):
        mapped = Mapped(lab, nothing, BatchSize=size)
        mapped.fill(9)
        mapped.run(seconds=1)
        assert [len(bodies) for _, bodies in mapped.batches] == [size] * (9 // size)

    def test_a_message_does_not_wait_without_a_window(self, lab):
        mapped = Mapped(lab, nothing)

        def place():
            for n in range(5):
                time.sleep(33.3)
                mapped.send(n)

        with lab.running(minutes=5):
            lab.start(place)
        moments = [moment for moment, _ in mapped.batches]
        assert moments == pytest.approx([33.3, 66.6, 99.9, 133.2, 166.5])

    def test_a_window_gathers_from_the_first_message_on(self, lab):
        mapped = Mapped(lab, nothing, BatchSize=1000, MaximumBatchingWindowInSeconds=30)

        def place():
            time.sleep(100)
            for n in range(40):
                mapped.send(n)
                time.sleep(0.7)

        with lab.running(minutes=5):
            lab.start(place)
        assert [(moment, len(bodies)) for moment, bodies in mapped.batches] == [(130, 40)]
        assert mapped.left == 0

    def test_a_full_batch_does_not_wait_for_its_window(self, lab):
        window = {"BatchSize": 25, "MaximumBatchingWindowInSeconds": 300}
        mapped = Mapped(lab, nothing, attributes={"VisibilityTimeout": "400"}, **window)
        mapped.fill(60)
        mapped.run(seconds=100)
        assert [(moment, len(bodies)) for moment, bodies in mapped.batches] == [(0, 25), (0, 25)]
        mapped.run(seconds=201)
        assert (mapped.batches[2][0], len(mapped.batches[2][1])) == (300, 10)

    def test_many_messages_in_the_last_moment_of_a_window_belong_to_it(self, lab):
        mapped = Mapped(lab, nothing, BatchSize=10000, MaximumBatchingWindowInSeconds=1)

        def place():
            for n in range(100):
                mapped.send(n)
                time.sleep(0.008)

        with lab.running(seconds=5):
            lab.start(place)
        assert [(moment, len(bodies)) for moment, bodies in mapped.batches] == [(1, 100)]

    @settings(deadline=None, max_examples=10)
    @given(
        seed=st.integers(0, 1000),
        size=st.integers(1, 40),
        count=st.integers(0, 120),
        window=st.integers(1, 20),
    )
    def test_every_message_once_in_batches_of_the_size(self, seed, size, count, window):
        with Lab(seed=seed) as lab:
            mapped = Mapped(lab, slowly(1), BatchSize=size, MaximumBatchingWindowInSeconds=window)
            mapped.fill(count)
            mapped.run(minutes=5)
            assert mapped.processed == dict.fromkeys(map(str, range(count)), 1)
            assert all(len(bodies) <= size for _, bodies in mapped.batches)
            assert mapped.left == 0


class TestFilters:
    def after(self, lab, patterns, bodies):
        filters = [{"Pattern": json.dumps(pattern)} for pattern in patterns]
        mapped = Mapped(lab, nothing, FilterCriteria={"Filters": filters})
        mapped.send(*bodies)
        mapped.run(seconds=1)
        assert mapped.left == 0  # what does not match is deleted
        return sorted(mapped.processed)

    def test_what_does_not_match_is_deleted_unseen(self, lab):
        bodies = [json.dumps({"total": total}) for total in (5, 50, 500)]
        pattern = {"body": {"total": [{"numeric": [">", 10]}]}}
        assert self.after(lab, [pattern], bodies) == ['{"total": 500}', '{"total": 50}']

    def test_one_filter_is_enough(self, lab):
        patterns = [{"body": {"kind": ["order"]}}, {"body": {"kind": ["return"]}}]
        bodies = [json.dumps({"kind": kind}) for kind in ("order", "return", "visit")]
        assert len(self.after(lab, patterns, bodies)) == 2

    @pytest.mark.parametrize(
        ("pattern", "seen"),
        [
            ({"body": [{"prefix": "ord"}]}, ["order"]),
            ({"body": {"kind": [{"exists": True}]}}, ['{"kind": "order"}']),
            ({"body": [{"exists": True}]}, ["order"]),
            ({"body": {"size": [{"exists": False}]}}, ['{"kind": "order"}']),
        ],
    )
    def test_text_and_json_are_kept_apart(self, lab, pattern, seen):
        assert self.after(lab, [pattern], ["order", '{"kind": "order"}']) == sorted(seen)

    def test_a_batch_is_filled_with_what_matches(self, lab):
        pattern = {"body": {"n": [{"numeric": ["<", 100]}]}}
        mapped = Mapped(
            lab,
            nothing,
            FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
            BatchSize=20,
            MaximumBatchingWindowInSeconds=5,
        )
        mapped.send(*[json.dumps({"n": n if n % 2 else n + 1000}) for n in range(60)])
        mapped.run(seconds=30)
        assert sorted(len(bodies) for _, bodies in mapped.batches) == [10, 20]

    @pytest.mark.parametrize(
        "pattern", ['{"body": {"n": "no list"}}', "no JSON", '{"messageId": ["m"]}']
    )
    def test_an_invalid_filter_is_refused(self, lab, pattern):
        with pytest.raises(ClientError, match="InvalidParameterValueException"):
            Mapped(lab, nothing, FilterCriteria={"Filters": [{"Pattern": pattern}]})


class TestFifo:
    def mapped(self, lab, handler, **mapping):
        return Mapped(lab, handler, name="orders.fifo", attributes=FIFO, **mapping)

    def fill(self, mapped, groups, each):
        for n in range(each):
            for group in range(groups):
                mapped.send(f"{group}-{n}", MessageGroupId=str(group))

    @settings(deadline=None, max_examples=8)
    @given(
        seed=st.integers(0, 1000),
        groups=st.integers(1, 6),
        each=st.integers(1, 8),
        share=st.integers(0, 3),
    )
    def test_each_group_in_order_and_never_twice_at_once(self, seed, groups, each, share):
        with Lab(seed=seed) as lab:
            running, done = set(), []

            def work(event):
                mine = {record["attributes"]["MessageGroupId"] for record in event["Records"]}
                assert not mine & running
                running.update(mine)
                time.sleep(1)
                running.difference_update(mine)
                if len(done) < 30 and (len(done) + seed) % 4 < share:
                    done.append(None)
                    raise ValueError
                done.extend(record["body"] for record in event["Records"])

            mapped = self.mapped(lab, work)
            self.fill(mapped, groups, each)
            mapped.run(minutes=25)
            for group in range(groups):
                mine = [body for body in done if body and body.startswith(f"{group}-")]
                assert mine == [f"{group}-{n}" for n in range(each)]
            assert mapped.left == 0

    def test_groups_run_beside_one_another(self, lab):
        mapped = self.mapped(lab, slowly(5), BatchSize=1)
        self.fill(mapped, 4, 3)
        mapped.run(seconds=16)
        assert mapped.most_at_once == 4
        assert [moment for moment, _ in mapped.batches] == [0] * 4 + [5] * 4 + [10] * 4

    def test_a_group_still_in_work_is_left_alone(self, lab):
        """The visibility timeout ends during a batch: it is not worked on a second time at once."""
        mapped = self.mapped(lab, slowly(9))
        self.fill(mapped, 1, 1)
        mapped.sqs.set_queue_attributes(QueueUrl=mapped.url, Attributes={"VisibilityTimeout": "5"})
        mapped.run(seconds=12)
        assert mapped.most_at_once == 1
