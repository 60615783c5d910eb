"""Amounts of hand-made traces that can be computed in the head."""

import pytest
from hand_made_trace import Scene

from helpers import costs
from helpers.trace import Handling

ONE_KB = "x" * 1024


def units(scene, **options):
    bill = costs.billed(scene.frame, 1, **options)
    return {(row.service, row.what): row.units for row in bill.itertuples()}


def test_a_send_a_receive_and_a_delete_are_three_requests():
    scene = Scene()
    scene.send(1, "m")
    scene.receive(2, "m", "r", until=32)
    scene.delete(3, "r")
    assert units(scene) == {("sqs", "requests"): 3}


def test_a_poll_that_found_nothing_and_a_batch_are_one_request_each():
    scene = Scene()
    scene.call("ReceiveMessage", 20, began=0)
    ten = [Handling("sent", f"m{n}", "{}") for n in range(10)]
    scene.call("SendMessageBatch", 21, *ten)
    assert units(scene) == {("sqs", "requests"): 2}


def test_64_kb_are_one_request_and_a_byte_more_is_a_second_one():
    scene = Scene()
    scene.call("SendMessage", 1, Handling("sent", "m", ONE_KB * 64))
    assert units(scene) == {("sqs", "requests"): 1}
    scene.call("SendMessage", 2, Handling("sent", "n", ONE_KB * 64 + "x"))
    assert units(scene) == {("sqs", "requests"): 3}


def test_bytes_count_not_characters():
    scene = Scene()
    scene.call("SendMessage", 1, Handling("sent", "m", "é" * 40_000))
    assert units(scene) == {("sqs", "requests"): 2}


def test_a_lost_reply_is_billed_and_what_never_arrived_is_not():
    scene = Scene()
    scene.send(1, "m", outcome="ReadTimeoutError")
    scene.send(2, "n", processed=None, outcome="EndpointConnectionError")
    scene.send(3, "o", processed=None, outcome="ServiceUnavailable")
    assert units(scene) == {("sqs", "requests"): 1}


def test_fifo_and_fair_queues_have_prices_of_their_own():
    scene = Scene()
    scene.send(1, "m", resource="orders.fifo")
    scene.send(2, "n", resource="tenants")
    assert units(scene, fair=["tenants"]) == {
        ("sqs", "FIFO requests"): 1,
        ("sqs", "requests"): 1,
        ("sqs", "fair queue surcharge"): 1,
    }


def test_set_up_is_left_out_and_a_worker_that_watches_is_not():
    scene = Scene()
    scene.call("CreateQueue", 0)
    scene.call("GetQueueAttributes", 0)
    scene.call("GetQueueAttributes", 1, caller="watch")
    assert units(scene) == {("sqs", "requests"): 1}


def test_what_services_do_at_a_queue_is_billed_and_told_apart():
    scene = Scene()
    scene.send(1, "m", caller="sns:placed")
    scene.send(1, "n", caller="events:charge")
    scene.call("ReceiveMessage", 20, caller="lambda:work")
    scene.call("GetQueueUrl", 0, caller="lambda:work")
    assert units(scene) == {("sqs", "requests (by AWS)"): 3}


def test_a_publish_counts_and_its_deliveries_over_http():
    scene = Scene()
    scene.call("Publish", 1, Handling("called", None, "{}"), service="sns", resource="placed")
    scene.call("POST", 2, service="http", caller="sns:placed", resource="https://shop.example/")
    assert units(scene) == {("sns", "publishes"): 1, ("sns", "HTTP deliveries"): 1}


def test_a_batch_of_publishes_is_a_request_for_each_64_kb():
    scene = Scene()
    said = [Handling("called", None, ONE_KB * 20)] * 4
    scene.call("PublishBatch", 1, *said, service="sns", resource="placed")
    assert units(scene) == {("sns", "publishes"): 2}


def test_a_fifo_topic_is_refused_by_name():
    scene = Scene()
    scene.call("Publish", 1, service="sns", resource="placed.fifo")
    with pytest.raises(costs.NoPrice, match=r"'placed\.fifo'"):
        units(scene)


def test_each_event_of_a_call_is_billed_by_its_own_64_kb():
    scene = Scene()
    small, large = Handling("called", None, "{}"), Handling("called", None, ONE_KB * 65)
    scene.call("PutEvents", 1, small, small, large, service="events", resource=None)
    assert units(scene) == {("events", "custom events"): 4}


def test_a_replayed_event_is_billed_once_however_many_queues_it_reaches():
    scene = Scene()
    event = '{"id": "e-1", "replay-name": "again", "detail": {}}'
    scene.call("StartReplay", 1, service="events", resource="again")
    for queue in ("orders", "audit"):
        scene.call("SendMessage", 2, Handling("sent", queue, event), caller="events:all")
    assert units(scene)["events", "replayed events"] == 1


def test_a_schedule_is_billed_for_its_invocation_and_the_target_for_its_own():
    scene = Scene()
    scene.send(1, "m", caller="scheduler:remind")
    assert units(scene) == {("scheduler", "invocations"): 1, ("sqs", "requests (by AWS)"): 1}


def test_a_refused_conditional_write_is_a_write():
    scene = Scene()
    row = {"service": "dynamodb", "resource": "orders"}
    scene.call("PutItem", 1, **row)
    scene.call("PutItem", 2, processed=None, outcome="ConditionalCheckFailedException", **row)
    scene.call("PutItem", 3, processed=None, outcome="InternalServerError", **row)
    assert units(scene) == {("dynamodb", "write request units"): 2}


def test_a_read_is_half_a_unit_and_a_whole_one_if_consistent():
    scene = Scene()
    scene.call("GetItem", 1, service="dynamodb")
    assert units(scene) == {("dynamodb", "read request units"): 0.5}
    assert units(scene, consistent=True) == {("dynamodb", "read request units"): 1}


def test_a_transaction_is_two_units_per_item_which_have_to_be_told():
    scene = Scene()
    scene.call("TransactWriteItems", 1, service="dynamodb")
    with pytest.raises(costs.NoPrice, match="TransactWriteItems"):
        units(scene)
    told = units(scene, items={"TransactWriteItems": 3})
    assert told == {("dynamodb", "write request units"): 6}


def test_putting_getting_and_deleting_an_object():
    scene = Scene()
    for operation in ("CreateBucket", "PutObject", "GetObject", "DeleteObject"):
        scene.call(operation, 1, service="s3", resource="bucket")
    assert units(scene) == {
        ("s3", "PUT, COPY, POST and LIST requests"): 1,
        ("s3", "GET and other requests"): 1,
    }


@pytest.mark.parametrize(
    ("service", "operation"), [("cloudwatch", "GetMetricData"), ("kinesis", "PutRecord")]
)
def test_what_has_no_price_is_refused_until_it_is_left_out(service, operation):
    scene = Scene()
    scene.call(operation, 1, service=service)
    with pytest.raises(costs.NoPrice, match=f"{service}.{operation}"):
        units(scene)
    assert units(scene, leave_out=f"{service}.{operation}") == {}
    assert units(scene, leave_out=[service]) == {}
