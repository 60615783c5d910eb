"""What a handler is told of its invocation, and how its result is written.

[awslambdaric 4.2.2, lambda_context.py and lambda_runtime_marshaller.py, read in November 2026.]
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
import re
import time
from collections import namedtuple
from decimal import Decimal

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uploaded_function import answer, create

from helpers import Lab
from helpers.emulator.lambda_.marshalling import marshal

Point = namedtuple("Point", "x y")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


@pytest.fixture
def aws(lab):
    return boto3.client("lambda")


class TestContext:
    def look(self, lab, name="f", **options):
        seen = []
        lab.deploy("f", lambda event, context: seen.append(context), timeout=10, memory=512)
        boto3.client("lambda").invoke(FunctionName=name, **options)
        return seen[0]

    def test_all_of_it(self, lab):
        context = self.look(lab)
        assert context.function_name == "f"
        assert context.function_version == "$LATEST"
        assert context.invoked_function_arn == "arn:aws:lambda:eu-west-1:123456789012:function:f"
        assert context.memory_limit_in_mb == "512"  # a text, as on AWS
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", context.aws_request_id)
        assert context.log_group_name == "/aws/lambda/f"
        assert re.fullmatch(r"2026/11/02/\[\$LATEST\][0-9a-f]{32}", context.log_stream_name)
        assert context.identity.cognito_identity_id is None
        assert context.identity.cognito_identity_pool_id is None
        assert context.client_context is None
        assert context.tenant_id is None

    def test_the_remaining_time_is_the_labs(self, lab):
        def handler(event, context):
            first = context.get_remaining_time_in_millis()
            time.sleep(1.25)
            return [first, context.get_remaining_time_in_millis()]

        lab.deploy("f", handler, timeout=10, cold_start=3)
        assert answer() == [10_000, 8_750]

    def test_the_log_stream_is_the_environments(self, lab):
        lab.deploy("f", lambda event, context: [context.log_stream_name, context.aws_request_id])
        (stream, request), (same_stream, other_request) = answer(), answer()
        assert stream == same_stream
        assert request != other_request

    def test_a_client_context(self, lab):
        given_ = {"custom": {"a": "b"}, "env": {"c": "d"}, "client": {"app_title": "shop"}}
        text = base64.b64encode(json.dumps(given_).encode()).decode()
        found = self.look(lab, ClientContext=text).client_context
        assert (found.custom, found.env) == ({"a": "b"}, {"c": "d"})
        assert (found.client.app_title, found.client.installation_id) == ("shop", None)

    def test_one_that_is_not_json_is_refused(self, lab, aws):
        lab.deploy("f", lambda event, context: 1)
        with pytest.raises(aws.exceptions.InvalidRequestContentException, match="Base64-encoded"):
            aws.invoke(FunctionName="f", ClientContext="{}")

    def test_log_writes_where_print_does(self, lab, capsys):
        lab.deploy("f", lambda event, context: context.log("a line\n"))
        answer()
        assert capsys.readouterr().out == "a line\n"


class TestResults:
    def payload(self, lab, result):
        lab.deploy("f", lambda event, context: result)
        reply = boto3.client("lambda").invoke(FunctionName="f")
        assert "FunctionError" not in reply
        return reply["Payload"].read().decode()

    @pytest.mark.parametrize(
        ("result", "written"),
        [
            ({"price": Decimal("1.50")}, '{"price": 1.50}'),
            (Decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"),
            (Decimal("-NaN"), "NaN"),
            (Decimal("1E+3"), "1E+3"),
            ([math.nan, math.inf, -math.inf], "[NaN, Infinity, -Infinity]"),
            ("Grüße €", '"Grüße €"'),
            (Point(1, 2), '{"x": 1, "y": 2}'),
            ({"a": b"bytes"}, '{"a": "bytes"}'),
            ((1, (2,)), "[1, [2]]"),
            ({1: 1, None: 2, 1.5: 4, False: 5}, '{"1": 1, "null": 2, "1.5": 4, "false": 5}'),
            ({}, "{}"),
            ([], "[]"),
        ],
    )
    def test_as_the_runtime_writes_them(self, lab, result, written):
        assert self.payload(lab, result) == written

    def test_bytes_are_the_answer_themselves(self, lab):
        assert self.payload(lab, b"no json") == "no json"

    @pytest.mark.parametrize(
        ("result", "message"),
        [
            ({1, 2}, "Object of type set is not JSON serializable"),
            (datetime.date(2026, 1, 1), "Object of type date is not JSON serializable"),
            ({Decimal(1): 1}, "keys must be str, int, float, bool or None, not Decimal"),
            ({(1, 2): 1}, "keys must be str, int, float, bool or None, not tuple"),
        ],
    )
    def test_what_it_cannot_write(self, lab, result, message):
        lab.deploy("f", lambda event, context: result)
        found = answer()
        assert found["errorType"] == "Runtime.MarshalError"
        assert found["errorMessage"] == f"Unable to marshal response: {message}"
        assert len(found["requestId"]) == 36
        assert found["stackTrace"] == []

    def test_items_of_dynamodb(self, lab):
        create(
            "import boto3\n"
            "def handler(event, context):\n"
            "    table = boto3.resource('dynamodb').Table('t')\n"
            "    table.put_item(Item={'id': 'a', 'n': 3})\n"
            "    return table.get_item(Key={'id': 'a'})['Item']\n"
        )
        boto3.client("dynamodb").create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        assert answer() == {"id": "a", "n": 3}

    def test_one_that_is_too_large(self, lab):
        lab.deploy("f", lambda event, context: "x" * (6_291_556 - 1))
        assert answer() == {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size "
            "(6291556 bytes).",
        }

    @given(JSON)
    def test_json_is_what_json_writes(self, value):
        assert marshal(value) == json.dumps(value, ensure_ascii=False)

    @given(st.decimals(allow_nan=False, allow_infinity=False))
    def test_no_digit_of_a_decimal_is_lost(self, number):
        with decimal.localcontext(prec=max(28, len(number.as_tuple().digits))):
            assert json.loads(marshal([number]), parse_float=Decimal, parse_int=Decimal) == [number]
