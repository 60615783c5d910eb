"""What AWS refuses of buses, rules and targets beside the ranges of its API model."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import ACCOUNT, REGION, Queue, let_pass, publish, rule

from helpers import Lab

PATTERN = '{"source": ["shop"]}'
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
ELSEWHERE = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/orders"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
PARTNER = {"Action": "events:PutEvents", "Principal": ACCOUNT}
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g"


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def events(lab):
    return boto3.client("events")


def refusal(call, **parameters):
    """The code and the words of an error, whose status is 400."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


class TestBuses:
    def test_one_with_rules_is_not_deleted(self, events):
        events.create_event_bus(Name="orders")
        named = {"Name": "paid", "EventBusName": "orders"}
        events.put_rule(**named, EventPattern=PATTERN)
        assert refusal(events.delete_event_bus, Name="orders") == (
            "ValidationException",
            "EventBus can't be deleted since it has rules.",
        )
        assert events.describe_rule(**named)["State"] == "ENABLED"
        events.delete_rule(**named)
        events.delete_event_bus(Name="orders")
        assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default"]

    def test_a_bus_of_another_region_is_no_bus_here(self, events):
        events.create_event_bus(Name="orders")
        gone = ("ResourceNotFoundException", "Event bus orders does not exist.")
        assert refusal(events.describe_event_bus, Name=ELSEWHERE) == gone
        put = {"Name": "r", "EventPattern": PATTERN, "EventBusName": ELSEWHERE}
        assert refusal(events.put_rule, **put) == gone
        assert refusal(events.create_archive, ArchiveName="a", EventSourceArn=ELSEWHERE) == gone

    def test_an_event_for_a_bus_elsewhere_meets_no_rule_here(self, lab, events):
        events.create_event_bus(Name="orders")
        queue = Queue("orders")
        rule("all", queue, EventBusName="orders")
        publish({}, EventBusName=ELSEWHERE)
        let_pass(lab)
        assert queue.bodies() == []

    @pytest.mark.parametrize("service", ["sns", "lambda"])
    def test_its_dead_letters_go_to_a_queue(self, events, service):
        letters = {"Arn": f"arn:aws:{service}:{REGION}:{ACCOUNT}:orders"}
        _, message = refusal(events.create_event_bus, Name="b", DeadLetterConfig=letters)
        assert message == f"{service} is not supported as a dead letter resource."

    def test_a_hundred_with_the_default_bus(self, events):
        for number in range(99):
            events.create_event_bus(Name=f"b{number}")
        assert refusal(events.create_event_bus, Name="more")[0] == "LimitExceededException"
        assert refusal(events.create_event_bus, Name="b1")[0] == "ResourceAlreadyExistsException"

    def test_it_tells_what_it_was_made_with(self, events):
        given = {
            "Description": "of the shop",
            "DeadLetterConfig": {"Arn": QUEUE},
            "LogConfig": {"IncludeDetail": "FULL", "Level": "ERROR"},
        }
        made = events.create_event_bus(Name="orders", **given)
        described = events.describe_event_bus(Name="orders")
        for answer in (made, described):
            assert {name: answer[name] for name in given} == given
        [_, listed] = events.list_event_buses()["EventBuses"]
        assert listed["CreationTime"] == described["CreationTime"]


class TestRules:
    @pytest.mark.parametrize("operation", ["describe_rule", "enable_rule", "disable_rule"])
    @pytest.mark.parametrize("bus", ["default", "orders"])
    def test_one_that_is_not_there(self, events, operation, bus):
        events.create_event_bus(Name="orders")
        assert refusal(getattr(events, operation), Name="gone", EventBusName=bus) == (
            "ResourceNotFoundException",
            f"Rule gone does not exist on EventBus {bus}.",
        )

    def test_deleting_one_that_is_gone_is_fine_but_not_on_a_bus_that_is(self, events):
        events.delete_rule(Name="gone")
        code, _ = refusal(events.delete_rule, Name="gone", EventBusName="gone")
        assert code == "ResourceNotFoundException"

    @pytest.mark.parametrize("prefix", ["a.b", "a"])
    def test_a_prefix_is_no_regular_expression(self, events, prefix):
        for name in ("a.b", "axb"):
            events.put_rule(Name=name, EventPattern=PATTERN)
        found = events.list_rules(NamePrefix=prefix)["Rules"]
        assert [one["Name"] for one in found] == ["a.b", "axb"][: 1 if "." in prefix else 2]

    def test_tags_of_a_rule_that_is_put_again_are_ignored(self, events):
        for value in ("1", "2"):
            arn = events.put_rule(
                Name="r", EventPattern=PATTERN, Tags=[{"Key": "a", "Value": value}]
            )["RuleArn"]
        tags = events.list_tags_for_resource(ResourceARN=arn)["Tags"]
        assert tags == [{"Key": "a", "Value": "1"}]

    def test_what_a_service_manages_is_left_alone(self, events):
        events.create_archive(ArchiveName="all", EventSourceArn=BUS)
        [managed] = events.list_rules()["Rules"]
        name, arn = managed["Name"], managed["Arn"]
        calls = [
            lambda: events.put_rule(Name=name, EventPattern=PATTERN),
            lambda: events.enable_rule(Name=name),
            lambda: events.disable_rule(Name=name),
            lambda: events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": QUEUE}]),
            lambda: events.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}]),
            lambda: events.untag_resource(ResourceARN=arn, TagKeys=["a"]),
            lambda: events.remove_targets(Rule=name, Ids=[name]),
            lambda: events.delete_rule(Name=name),
        ]
        for call in calls:
            code, message = refusal(call)
            assert code == "ManagedRuleException"
            assert message.startswith(f"{name} is a managed rule.")
        events.remove_targets(Rule=name, Ids=[name], Force=True)
        events.delete_rule(Name=name, Force=True)
        assert events.list_rules()["Rules"] == []

    def test_three_hundred_on_a_bus(self, events):
        for number in range(300):
            events.put_rule(Name=f"r{number}", EventPattern=PATTERN)
        more = {"Name": "more", "EventPattern": PATTERN}
        assert refusal(events.put_rule, **more)[0] == "LimitExceededException"
        events.put_rule(Name="r1", EventPattern=PATTERN, Description="put again")

    def test_pages(self, events):
        names = [f"r{number}" for number in range(7)]
        for name in names:
            events.put_rule(Name=name, EventPattern=PATTERN)
        found, more = [], {}
        while more is not None:
            answer = events.list_rules(Limit=3, **more)
            found.append([one["Name"] for one in answer["Rules"]])
            more = {"NextToken": answer["NextToken"]} if "NextToken" in answer else None
        assert found == [names[:3], names[3:6], names[6:]]
        code, message = refusal(events.list_rules, NextToken="gone")
        assert (code, "gone" in message) == ("ValidationException", True)


class TestTargets:
    """The words were measured in September 2026, see `target_calls`, `input`, `dead_letters`."""

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ({"Arn": MACHINE}, f"RoleArn is required for target {MACHINE}."),
            (
                {"KinesisParameters": {"PartitionKeyPath": "$"}},
                "Parameter(s) KinesisParameters not supported for target: t.",
            ),
            ({"HttpParameters": {}}, "Parameter(s) HttpParameters not supported for target: t."),
            ({"Input": "plain"}, "JSON syntax error in input for target t."),
            ({"InputPath": "detail"}, "InputPath for target t is invalid."),
            ({"InputPath": "$.detail['a']"}, "InputPath for target t is invalid."),
            (
                {"InputTransformer": {"InputPathsMap": {"a": "a"}, "InputTemplate": '"<a>"'}},
                "InputPath for target t is invalid.",
            ),
            (
                {"InputTransformer": {"InputTemplate": "[<aws.events.event.json>]"}},
                "InputTemplate for target t contains placeholder aws.events.event.json valid only "
                "for JSON template.",
            ),
            (
                {"Arn": GROUP, "InputTransformer": {"InputTemplate": '"text"'}},
                "Input for target t is not a valid JSON text.",
            ),
            (
                {"DeadLetterConfig": {"Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:dead"}},
                "sns is not supported as a dead letter resource.",
            ),
            (
                {"DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}},
                "SQS FIFO is not supported by Dead Letter Queues.",
            ),
            (
                {"Arn": "arn:aws:sqs:::orders"},
                "Parameter arn:aws:sqs:::orders is not valid. "
                "Reason: Provided Arn is not in correct format.",
            ),
        ],
    )
    def test_one_is_refused(self, events, target, message):
        events.put_rule(Name="r", EventPattern=PATTERN)
        targets = [{"Id": "t", "Arn": QUEUE, **target}]
        said = refusal(events.put_targets, Rule="r", Targets=targets)
        assert said == ("ValidationException", message)
        assert events.list_targets_by_rule(Rule="r")["Targets"] == []

    @pytest.mark.parametrize("arn", ["dead", f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"])
    def test_a_dead_letter_queue_is_here(self, events, arn):
        events.put_rule(Name="r", EventPattern=PATTERN)
        targets = [{"Id": "t", "Arn": QUEUE, "DeadLetterConfig": {"Arn": arn}}]
        code, message = refusal(events.put_targets, Rule="r", Targets=targets)
        assert (code, arn in message) == ("ValidationException", True)

    @pytest.mark.parametrize("path", ["$", "$.detail", "$.detail.items[0].sku", "$.detail.*"])
    def test_paths_that_are_taken(self, events, path):
        events.put_rule(Name="r", EventPattern=PATTERN)
        events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": QUEUE, "InputPath": path}])

    def test_an_id_twice(self, events):
        events.put_rule(Name="r", EventPattern=PATTERN)
        targets = [{"Id": "t", "Arn": QUEUE}] * 2
        assert refusal(events.put_targets, Rule="r", Targets=targets) == (
            "ValidationException",
            "Parameter targets is not valid. Reason: More than one target with Id 't' is provided.",
        )

    def test_a_hundred_variables(self, events):
        events.put_rule(Name="r", EventPattern=PATTERN)

        def put(count, name="v{}"):
            paths = {name.format(number): "$.detail" for number in range(count)}
            shaped = {"InputPathsMap": paths, "InputTemplate": '"x"'}
            targets = [{"Id": "t", "Arn": QUEUE, "InputTransformer": shaped}]
            return lambda: events.put_targets(Rule="r", Targets=targets)

        put(100)()
        assert "less than or equal to 100" in refusal(put(101))[1]
        assert "1 validation error detected" in refusal(put(1, "aws.events.rule-name"))[1]

    @pytest.mark.parametrize(
        "policy",
        [
            {"MaximumRetryAttempts": 186},
            {"MaximumEventAgeInSeconds": 86_401},
        ],
    )
    def test_a_retry_policy_has_its_range(self, events, policy):
        events.put_rule(Name="r", EventPattern=PATTERN)
        targets = [{"Id": "t", "Arn": QUEUE, "RetryPolicy": policy}]
        _, message = refusal(events.put_targets, Rule="r", Targets=targets)
        [(name, value)] = policy.items()
        assert f"'{value}' at 'targets.1.member.retryPolicy.{name[0].lower()}{name[1:]}'" in message

    def test_pages_of_targets_that_share_an_arn(self, events):
        """As recorded by LocalStack, test_list_target_by_rule_limit, December 2024."""
        events.put_rule(Name="r", EventPattern=PATTERN)
        targets = [{"Id": f"t{number}", "Arn": QUEUE} for number in range(5)]
        events.put_targets(Rule="r", Targets=targets)
        first = events.list_targets_by_rule(Rule="r", Limit=3)
        rest = events.list_targets_by_rule(Rule="r", Limit=3, NextToken=first["NextToken"])
        assert first["Targets"] + rest["Targets"] == targets
        assert len(first["Targets"]) == 3
        assert "NextToken" not in rest


class TestTags:
    def test_each_resource_has_its_own(self, events):
        bus = events.create_event_bus(Name="paid")["EventBusArn"]
        named = {"Name": "paid", "EventPattern": PATTERN}
        here = events.put_rule(**named)["RuleArn"]
        there = events.put_rule(**named, EventBusName="paid")["RuleArn"]
        for value, arn in enumerate((bus, here, there)):
            events.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": str(value)}])
        found = [events.list_tags_for_resource(ResourceARN=arn) for arn in (bus, here, there)]
        assert [answer["Tags"][0]["Value"] for answer in found] == ["0", "1", "2"]
        events.untag_resource(ResourceARN=there, TagKeys=["a"])
        assert events.list_tags_for_resource(ResourceARN=there)["Tags"] == []
        assert events.list_tags_for_resource(ResourceARN=here)["Tags"] != []

    @pytest.mark.parametrize(
        ("resource", "message"),
        [
            ("rule/gone", "Rule gone does not exist on EventBus default."),
            ("rule/shop/gone", "Rule gone does not exist on EventBus shop."),
            ("event-bus/gone", "Event bus gone does not exist."),
        ],
    )
    def test_what_is_not_there(self, events, resource, message):
        arn = f"arn:aws:events:{REGION}:{ACCOUNT}:{resource}"
        said = refusal(events.list_tags_for_resource, ResourceARN=arn)
        assert said == ("ResourceNotFoundException", message)


class TestPermissions:
    """As recorded by LocalStack, test_put_permission and test_remove_permission, December 2024."""

    def statements(self, events):
        return json.loads(events.describe_event_bus()["Policy"])["Statement"]

    def test_two_of_one_principal_and_one_of_everybody(self, events):
        for sid in ("a", "b"):
            events.put_permission(StatementId=sid, **PARTNER)
        events.put_permission(StatementId="c", Action="events:PutEvents", Principal="*")
        found = self.statements(events)
        assert [one["Sid"] for one in found] == ["a", "b", "c"]
        assert found[0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        assert found[2]["Principal"] == "*"
        events.remove_permission(StatementId="b")
        assert [one["Sid"] for one in self.statements(events)] == ["a", "c"]
        events.remove_permission(RemoveAllPermissions=True)
        assert "Policy" not in events.describe_event_bus()

    @pytest.mark.parametrize("sid", [{}, {"Sid": "x"}])
    def test_a_policy_takes_the_place_of_all(self, events, sid):
        events.put_permission(StatementId="a", **PARTNER)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "events:ListRules",
            "Resource": "*",
        }
        policy = {"Version": "2012-10-17", "Statement": [{**sid, **statement}]}
        events.put_permission(Policy=json.dumps(policy))
        assert self.statements(events) == [{**sid, **statement}]

    @pytest.mark.parametrize("is_there", [True, False])
    def test_a_statement_that_is_not_there(self, events, is_there):
        if is_there:
            events.put_permission(StatementId="a", **PARTNER)
        assert refusal(events.remove_permission, StatementId="gone") == (
            "ResourceNotFoundException",
            "Statement with the provided id does not exist.",
        )

    @pytest.mark.parametrize("policy", ["{", "[]", "1", "{}", '{"Statement": "x"}'])
    def test_what_is_no_policy(self, events, policy):
        assert refusal(events.put_permission, Policy=policy)[0] == "ValidationException"

    def test_a_policy_has_at_most_10240_characters(self, events):
        statement = {"Sid": "x" * 10_240, "Effect": "Allow"}
        code, _ = refusal(events.put_permission, Policy=json.dumps({"Statement": statement}))
        assert code == "PolicyLengthExceededException"
