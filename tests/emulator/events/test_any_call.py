"""Whatever a call of EventBridge says, the answer is AWS's: an error at most, and never a crash.

The calls are made from the API model: of the right types, with values that are right, wrong and
strange, beside buses, rules, archives and replays that are there.
"""

from __future__ import annotations

import contextlib
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from emulated_events import ACCOUNT, REGION, Queue, let_pass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.arrivals import operation_model, service_model
from helpers.emulator.modelled.events import ROWS

ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
EVENT = {
    "id": "1", "account": ACCOUNT, "source": "shop", "time": "2026-11-02T08:00:00Z",
    "region": REGION, "resources": [], "detail-type": "OrderPlaced", "detail": {"a": [1, "x"]},
}  # fmt: skip
STRANGE = [
    "", "x", "a b", "0", "-1", "true", "null", "{}", "[]", "{", '"', "ü", ":" * 6, "*", "a/b",
    "x" * 300, "arn:aws:sqs", '{"a": 1}', '{"Statement": {}}', '{"Statement": [1]}',
    '{"a": ' * 600 + "[1]" + "}" * 600, '{"a": [{"wildcard": "*a*a*a*a*a*a*"}]}', "Lineage=x",
    "$", "$.detail", "detail", "$.detail['a']", '{"a": "<a>"}', "<a", "<aws.events.event.json>",
    '{"a": <aws.events.event.json>}', '"<aws.events.event>"', "aws.s3", "rate(1 minutes)",
    "cron(0 0 L * ? *)", "cron(0 0 ? * 6#6 *)", "rate(99999999999999999999 days)",
    "cron(0 0 31 2 ? *)", "cron(0 0 ? * 2#5 2027)",
]  # fmt: skip
KNOWN = [
    "default", "orders", "all", "again", "1", "shop", "OrderPlaced", '{"a": [1]}',
    '{"source": ["shop"]}', json.dumps(EVENT), "rate(1 hour)", "cron(0 12 * * ? *)",
    ARN.format("events", "event-bus/default"), ARN.format("events", "event-bus/orders"),
    ARN.format("events", "event-bus/gone"), ARN.format("events", "rule/orders"),
    ARN.format("events", "rule/orders/orders"), ARN.format("events", "archive/all"),
    ARN.format("events", "replay/again"), ARN.format("sqs", "queue"), ARN.format("sqs", "q.fifo"),
    ARN.format("sqs", "gone"), ARN.format("sns", "topic"), ARN.format("states", "stateMachine:m"),
    ARN.format("lambda", "function:f"), ARN.format("logs", "log-group:g"),
    "arn:aws:events:us-east-1:123456789012:event-bus/default", "events:PutEvents", ACCOUNT, "*",
    "Events-Archive-all", "ENABLED", "DISABLED", "COMPLETED",
]  # fmt: skip


def values(shape):
    """Values of a shape's type."""
    kind = shape.type_name
    if kind == "structure":
        members = {name: values(member) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(required, optional=members)
    if kind == "list":
        return st.lists(values(shape.member), max_size=3)
    if kind == "map":
        return st.dictionaries(values(shape.key), values(shape.value), max_size=3)
    if kind in ("integer", "long"):
        return st.sampled_from([-1, 0, 1, 3, 60, 185, 86_400, 2**40])
    if kind == "boolean":
        return st.booleans()
    if kind == "timestamp":
        return st.sampled_from(
            [0, 1, 1_793_606_400, 1_793_606_460, -1, 2**33, -(2**35), 250_000_000_000]
        )
    if kind in ("double", "float"):
        return st.sampled_from([-1.0, 0.0, 1.5])
    assert kind == "string", kind
    return st.sampled_from([*STRANGE, *KNOWN, *shape.enum])


@pytest.fixture(scope="module")
def lab():
    with Lab(seed=1) as lab:
        Queue("queue")
        yield lab


def furnish():
    """A bus, a rule on each bus, an archive and a replay, unless they are there."""
    events = boto3.client("events")
    pattern = {"EventPattern": '{"source": ["shop"]}'}
    bus = ARN.format("events", "event-bus/default")
    for call in (
        lambda: events.create_event_bus(Name="orders"),
        lambda: events.put_rule(Name="orders", **pattern),
        lambda: events.put_rule(Name="orders", EventBusName="orders", **pattern),
        lambda: events.create_archive(ArchiveName="all", EventSourceArn=bus),
        lambda: events.start_replay(
            ReplayName="again", EventSourceArn=ARN.format("events", "archive/all"),
            EventStartTime=0, EventEndTime=1, Destination={"Arn": bus},
        ),
    ):  # fmt: skip
        with contextlib.suppress(ClientError):
            call()


MODELLED = [
    name for name in service_model("events").operation_names if ROWS[name].kind != "refused"
]


@pytest.mark.parametrize("name", MODELLED)
def test_a_call_is_answered_or_refused(lab, name):
    furnish()
    client = boto3.client("events", config=Config(retries={"total_max_attempts": 1}))
    shape = operation_model("events", name).input_shape

    @settings(max_examples=35, suppress_health_check=list(HealthCheck), deadline=None)
    @given(parameters=values(shape))
    def call(parameters):
        if "EndpointId" in parameters:  # botocore wants another package for it
            del parameters["EndpointId"]
        with contextlib.suppress(ClientError, ParamValidationError):
            client._make_api_call(name, parameters)

    call()
    let_pass(lab, 120)  # what came of it in the background does not break either
