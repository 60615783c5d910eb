"""What a target gets of an event: Input, InputPath and InputTransformer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.events.input import InvalidInput, NotJson, check, for_target
from helpers.emulator.events.path import MISSING, value_at

EVENT = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "123456789012",
    "time": "2015-11-11T21:29:54Z",
    "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
    "detail": {
        "instance-id": "i-0123456789",
        "state": "RUNNING",
        "cores": 4,
        "spot": True,
        "owner": None,
        "note": 'say "hi"\n',
        "tags": ["a", "b"],
        "disk": {"size": 8},
        "nics": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}],
    },
}
PATHS = {"instance": "$.detail.instance-id", "timestamp": "$.time", "absent": "$.detail.absent"}
PATHS |= {
    name: f"$.detail.{name}"
    for name in ("state", "cores", "spot", "owner", "note", "tags", "disk", "nics")
}
ARN = "arn:aws:events:us-east-2:123456789012:rule/example"


def sent(event=EVENT, **target):
    return for_target(target, event, rule_arn=ARN, rule_name="example", ingested=1_447_277_394.5)


def transformed(template, event=EVENT, **paths):
    return sent(event, InputTransformer={"InputPathsMap": PATHS | paths, "InputTemplate": template})


class TestParts:
    def test_the_whole_event_with_its_envelope(self):
        assert json.loads(sent()) == EVENT
        assert sent().startswith('{"version":"0","id":')

    def test_a_constant(self):
        assert sent(Input='{"always": "this"}') == '{"always": "this"}'

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("$.detail", EVENT["detail"]),
            ("$.detail.state", "RUNNING"),
            ("$.detail-type", EVENT["detail-type"]),
            ("$", EVENT),
            ("$.detail.absent", None),
        ],
    )
    def test_a_part(self, path, expected):
        assert json.loads(sent(InputPath=path)) == expected

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("$.detail.nics[1].ip", "10.0.0.2"),
            ("$.detail.nics[*].ip", ["10.0.0.1", "10.0.0.2"]),
            ("$.resources[0]", EVENT["resources"][0]),
            ("$.detail.disk.*", [8]),
            ("$.detail.nics[7]", MISSING),
            ("$.detail.state.length", MISSING),
            ("$..ip", MISSING),
            ("detail", MISSING),
        ],
    )
    def test_paths_that_eventbridge_knows(self, path, expected):
        assert value_at(path, EVENT) == expected


class TestTemplates:
    """The examples of the User Guide, "Amazon EventBridge input transformation"."""

    @pytest.mark.parametrize(
        ("template", "expected"),
        [
            ('"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'),
            (
                r'"instance \"<instance>\" is in <state>"',
                r'"instance \"i-0123456789\" is in RUNNING"',
            ),
            ('"<aws.events.rule-name> triggered"', '"example triggered"'),
            ("<instance> is in state <state>", "i-0123456789 is in state RUNNING"),
            (
                '"State: <state>"\n"Instance: <instance>"',
                '"State: RUNNING"\n"Instance: i-0123456789"',
            ),
        ],
    )
    def test_text(self, template, expected):
        assert transformed(template) == expected

    @pytest.mark.parametrize(
        ("template", "expected"),
        [
            (
                '{\n  "instance" : <instance>,\n  "state": <state>\n}',
                {"instance": "i-0123456789", "state": "RUNNING"},
            ),
            (
                r'{"state": "<state>", "status": "instance \"<instance>\" is in <state>"}',
                {"state": "RUNNING", "status": 'instance "i-0123456789" is in RUNNING'},
            ),
            (
                '{"state": [ 9, <state>, true ], "Transformed" : "Yes"}',
                {"state": [9, "RUNNING", True], "Transformed": "Yes"},
            ),
            (
                '{"rule": <aws.events.rule-arn>, "at": <aws.events.event.ingestion-time>}',
                {"rule": ARN, "at": "2015-11-11T21:29:54Z"},
            ),
            ('{"event": <aws.events.event.json>}', {"event": EVENT}),
            (
                '{"c": <cores>, "s": <spot>, "o": <owner>, "n": <note>, "t": <tags>, "d": <disk>}',
                {
                    **{"c": 4, "s": True, "o": None, "n": 'say "hi"\n'},
                    **{"t": ["a", "b"], "d": {"size": 8}},
                },
            ),
            ('{"c": "<cores>", "s": "is <spot>"}', {"c": "4", "s": "is true"}),
        ],
    )
    def test_json(self, template, expected):
        text = transformed(template)
        assert json.loads(text) == expected
        assert text == json.dumps(expected, separators=(",", ":"))  # minified

    @pytest.mark.parametrize("name", ["disk", "tags", "nics"])
    @pytest.mark.parametrize("template", ['{"a": "<%s>"}', '{"b": 1, "a": "it is <%s>."}'])
    def test_an_object_inside_a_string_of_json_makes_no_json(self, name, template):
        """Recorded in the tests of LocalStack: such an event is not delivered."""
        with pytest.raises(NotJson, match="no JSON"):
            transformed(template % name)

    @pytest.mark.parametrize(
        ("template", "expected"),
        [
            ('"tags <tags>"', '"tags [a,b]"'),
            ('"disk <disk>"', '"disk {size:8}"'),
            ('"nic <one>"', '"nic {ip:10.0.0.1}"'),
            ('"note <whole>"', r'"note {note:say hi\n}"'),
        ],
    )
    def test_a_text_takes_the_quotes_of_an_object_away(self, template, expected):
        """The User Guide's "Detail is <detail>"."""
        event = {"detail": EVENT["detail"], "whole": {"note": 'say "hi"\n'}}
        paths = {"one": "$.detail.nics[0]", "whole": "$.whole"}
        assert transformed(template, event, **paths) == expected

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (4, "4"),
            (1.5, "1.5"),
            (True, "true"),
            (None, "null"),
            ("", ""),
            ('say "hi"\n', 'say "hi"\n'),
            ("C:\\temp", "C:\\temp"),
            ([1, 2], "[1,2]"),
            ([], "[]"),
            ({}, "{}"),
        ],
    )
    def test_what_has_no_quotes_of_its_own_may_stand_in_a_string_of_json(self, value, expected):
        text = transformed('{"a": "<v>"}', {"detail": {"v": value}}, v="$.detail.v")
        assert json.loads(text) == {"a": expected}

    @pytest.mark.parametrize("template", ['{"a": <state>', '{"a": x}', "{<state>: }"])
    def test_a_template_of_an_object_that_is_no_json(self, template):
        with pytest.raises(NotJson):
            transformed(template)

    def test_the_event_without_its_detail(self):
        """As recorded from AWS in the tests of LocalStack (test_events_inputs, June 2024)."""
        event = json.loads(transformed('{"event": <aws.events.event>}'))["event"]
        assert "detail" not in event
        assert event["detailType"] == EVENT["detail-type"]
        assert event["source"] == "aws.ec2"

    def test_a_missing_value_leaves_an_empty_string(self):
        """As recorded from AWS in the tests of LocalStack (test_events_inputs, June 2024)."""
        assert transformed('{"a": <absent>}') == '{"a":""}'
        assert transformed('"a: <absent>"') == '"a: "'

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=6),
            lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below),
            max_leaves=5,
        )
    )
    def test_any_value_becomes_a_field(self, value):
        text = transformed('{"v": <v>, "end": 1}', {"detail": {"v": value}}, v="$.detail.v")
        assert json.loads(text) == {"v": value, "end": 1}

    @given(st.text(max_size=10))
    def test_any_text_may_stand_in_a_string(self, value):
        event = {"detail": {"v": value}}
        assert json.loads(transformed('"<<v>>"', event, v="$.detail.v")) == f"<{value}>"
        assert json.loads(transformed('{"a": "<v>"}', event, v="$.detail.v")) == {"a": value}


class TestRefusals:
    """Messages recorded from AWS, see `helpers.emulator.events.input.check`."""

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            (
                {"InputPath": "$.detail", "Input": "{}"},
                "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
            ),
            ({"Input": "plain"}, "JSON syntax error in input for target t."),
            (
                {"InputTransformer": {"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<b>"'}},
                "InputTemplate for target t contains invalid placeholder b.",
            ),
            (
                {"InputTransformer": {"InputTemplate": '"<aws.events.event.json>"'}},
                "InputTemplate for target t contains placeholder aws.events.event.json valid only "
                "for JSON template.",
            ),
            ({"InputPath": "detail"}, "InputPath for target t is invalid."),
        ],
    )
    def test_what_put_targets_refuses(self, target, message):
        with pytest.raises(InvalidInput) as refused:
            check({"Id": "t", **target})
        assert str(refused.value) == message

    def test_what_it_accepts(self):
        check({"Id": "t"})
        check({"Id": "t", "Input": '"text"'})
        check({"Id": "t", "InputTransformer": {"InputTemplate": '"<aws.events.rule-name>"'}})
