"""Functions made by `create_function` from a zip file run in this process.

[Lambda Developer Guide, "Building Lambda functions with Python"; awslambdaric 4.2.2, bootstrap.py,
for what the runtime says of a handler that it cannot load; November 2026.]
"""

from __future__ import annotations

import json
import sys

import boto3
import pytest
from botocore.exceptions import ClientError
from counting_function import COUNTS
from uploaded_function import ROLE, answer, archive, create, role

from helpers.lab import beside

LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:l:1"


class TestItsCode:
    def test_a_handler_runs_with_the_event_and_the_context(self, lab):
        create("def handler(event, context): return [event, context.function_name]")
        assert answer({"order": "o-1"}) == [{"order": "o-1"}, "f"]

    def test_time_passes_in_it(self, lab):
        create("import time\ndef handler(event, context): time.sleep(2.5)")
        answer()
        assert lab.now == 2.5

    def test_its_calls_reach_the_lab(self, lab):
        url = boto3.client("sqs").create_queue(QueueName="out")["QueueUrl"]
        create(
            "import boto3\n"
            "sqs = boto3.client('sqs')\n"
            "def handler(event, context):\n"
            "    sqs.send_message(QueueUrl=event['url'], MessageBody='done')\n"
        )
        answer({"url": url})
        [message] = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
        assert message["Body"] == "done"

    def test_modules_packages_and_relative_imports(self, lab):
        create(
            {
                "shop/__init__.py": "from .price import total\nNAME = 'shop'",
                "shop/price.py": "from . import tax\ndef total(n): return n + tax.RATE",
                "shop/tax.py": "import shop\nRATE = 5",
                "rules.py": "from shop import *\nimport shop.price as price",
                "entry/main.py": (
                    "import shop.tax, rules\n"
                    "def handler(event, context):\n"
                    "    from shop.tax import RATE\n"
                    "    return [shop.NAME, rules.total(1), rules.price.tax.RATE, RATE, __name__]\n"
                ),
            },
            handler="entry.main.handler",
        )
        assert answer() == ["shop", 6, 5, 5, "entry.main"]

    def test_a_slash_in_the_handlers_name(self, lab):
        create({"entry/main.py": "def go(event, context): return 1"}, handler="entry/main.go")
        assert answer() == 1

    def test_files_beside_the_code(self, lab):
        code = (
            "from pathlib import Path\n"
            "def handler(event, context): return Path(__file__).with_name('a.txt').read_text()"
        )
        create({"app.py": code, "a.txt": "hello"})
        assert answer() == "hello"

    def test_dataclasses_with_annotations_as_text(self, lab):
        create(
            "from __future__ import annotations\n"
            "from dataclasses import asdict, dataclass\n"
            "@dataclass\n"
            "class Order:\n"
            "    id: str\n"
            "    n: int = 1\n"
            "def handler(event, context): return asdict(Order('a'))\n"
        )
        assert answer() == {"id": "a", "n": 1}

    def test_its_modules_are_not_the_notebooks(self, lab):
        sys.modules["app"] = sys
        try:
            create("def handler(event, context): return __name__")
            assert answer() == "app"
            assert sys.modules["app"] is sys
        finally:
            del sys.modules["app"]

    def test_code_from_a_bucket(self, lab, aws):
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        store = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        store.create_bucket("code", "eu-west-1")
        store.put_object("code", "f.zip", archive({"app.py": "def handler(e, c): return 7"}))
        made = {"FunctionName": "f", "Role": role(), "Handler": "app.handler"}
        where = {"S3Bucket": "code", "S3Key": "f.zip"}
        aws.create_function(**made, Runtime="python3.12", Code=where)
        assert answer() == 7
        for missing, code in (
            ("NoSuchKey", {"S3Key": "no"}),
            ("NoSuchBucket", {"S3Bucket": "none"}),
        ):
            with pytest.raises(ClientError, match=missing):
                aws.update_function_code(FunctionName="f", **{**where, **code})


class TestWhatCannotBeRun:
    @pytest.mark.parametrize(
        ("code", "handler", "kind", "message"),
        [
            (
                "import nowhere_at_all",
                "app.handler",
                "ImportModuleError",
                "Unable to import module 'app': No module named 'nowhere_at_all'",
            ),
            (
                "x = 1",
                "other.handler",
                "ImportModuleError",
                "Unable to import module 'other': No module named 'other'",
            ),
            ("x = 1", "app.go", "HandlerNotFound", "Handler 'go' missing on module 'app'"),
            ("x = = 1", "app.go", "UserCodeSyntaxError", "Syntax error in module 'app': "),
            ("x = 1", "handler", "MalformedHandlerName", "Bad handler 'handler': not enough "),
            ("x = 1", "sys.exit", "BuiltInModuleConflict", "Cannot use built-in module sys as a "),
        ],
    )
    def test_the_runtime_says_why(self, lab, code, handler, kind, message):
        create(code, handler=handler)
        for _ in range(2):  # each attempt loads it anew
            found = answer()
            assert found["errorType"] == f"Runtime.{kind}"
            assert found["errorMessage"].startswith(message)
            assert found["requestId"] == ""
            assert all("/var/task/app.py" in line for line in found["stackTrace"])

    def test_an_exception_in_the_module(self, lab):
        create("import os\n{}['TABLE']\ndef handler(event, context): return 1")
        found = answer()
        assert (found["errorType"], found["errorMessage"]) == ("KeyError", "'TABLE'")
        [line] = found["stackTrace"]
        assert line.startswith('  File "/var/task/app.py", line 2, in <module>\n')

    def test_a_module_that_exits(self, lab):
        create("import sys; sys.exit(2)")
        assert answer()["errorType"] == "Runtime.ExitError"
        assert answer()["errorMessage"].endswith("exit status 2")

    def test_the_traceback_begins_in_the_functions_code(self, lab):
        create("def handler(event, context):\n    return f()\ndef f():\n    return 1 / 0\n")
        trace = answer()["stackTrace"]
        assert [line.split(",")[0] for line in trace] == ['  File "/var/task/app.py"'] * 2
        assert "return 1 / 0" in trace[1]

    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            ({"runtime": "nodejs22.x"}, "Python alone, got Runtime 'nodejs22.x'"),
            ({"Layers": [LAYER]}, "does not model Layers"),
            ({"PackageType": "Image"}, "runs no container images"),
            ({"DurableConfig": {"ExecutionTimeout": 60}}, "does not model DurableConfig"),
            ({"Timeout": 901}, "Value '901' at 'timeout'.*less than or equal to 900"),
            ({"MemorySize": 10241}, "Value '10241' at 'memorySize'.*less than or equal to 10240"),
        ],
    )
    def test_what_the_lab_or_aws_does_not_have_is_refused_at_once(self, lab, aws, settings, told):
        with pytest.raises(ClientError, match=told):
            create("def handler(event, context): return 1", **settings)
        assert aws.list_functions()["Functions"] == []

    def test_a_role_must_be_there(self, lab, aws):
        with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
            aws.create_function(
                FunctionName="f", Role=ROLE, Handler="a.b", Runtime="python3.13",
                Code={"ZipFile": archive({"a.py": ""})},
            )  # fmt: skip

    def test_a_broken_update_changes_nothing(self, lab, aws):
        create("def handler(event, context): return 1")
        with pytest.raises(ClientError, match="Could not unzip uploaded file"):
            aws.update_function_code(FunctionName="f", ZipFile=b"nothing")
        with pytest.raises(ClientError, match="Value '9000' at 'timeout'"):
            aws.update_function_configuration(FunctionName="f", Timeout=9000)
        other = archive({"app.py": "def handler(event, context): return 2"})
        aws.update_function_code(FunctionName="f", ZipFile=other, DryRun=True)
        assert answer() == 1


class TestWhoInvokesIt:
    CODE = (
        "import boto3, json\n"
        "url = boto3.client('sqs').get_queue_url(QueueName='out')['QueueUrl']\n"
        "def handler(event, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=url, MessageBody=json.dumps(event))\n"
        "    return 'done'\n"
    )

    def received(self, lab, out, seconds=5):
        with lab.running(seconds=seconds):
            pass
        found = boto3.client("sqs").receive_message(QueueUrl=out).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    @pytest.fixture
    def out(self, lab):
        return boto3.client("sqs").create_queue(QueueName="out")["QueueUrl"]

    def test_a_topic(self, lab, out):
        arn = create(self.CODE)
        sns = boto3.client("sns")
        topic = sns.create_topic(Name="t")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
        sns.publish(TopicArn=topic, Message="hello")
        [event] = self.received(lab, out)
        assert event["Records"][0]["Sns"]["Message"] == "hello"

    def test_a_rule(self, lab, out):
        arn = create(self.CODE)
        events = boto3.client("events")
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn}])
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Placed", "Detail": "{}"}])
        [event] = self.received(lab, out)
        assert event["detail-type"] == "Placed"

    def test_a_queue(self, lab, out, aws):
        create(self.CODE)
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="in")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        aws.create_event_source_mapping(FunctionName="f", EventSourceArn=arn["QueueArn"])
        sqs.send_message(QueueUrl=url, MessageBody="order")
        [event] = self.received(lab, out)
        assert event["Records"][0]["body"] == "order"

    def test_a_workflow(self, lab, out):
        create(self.CODE)
        states = boto3.client("stepfunctions")
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "End": True,
        }
        definition = json.dumps({"StartAt": "A", "States": {"A": task}})
        machine = states.create_state_machine(name="m", definition=definition, roleArn=ROLE)
        run = states.start_execution(stateMachineArn=machine["stateMachineArn"], input='{"a": 1}')
        assert self.received(lab, out) == [{"a": 1}]
        found = states.describe_execution(executionArn=run["executionArn"])
        assert json.loads(found["output"]) == "done"

    def test_an_asynchronous_event(self, lab, out, aws):
        create(self.CODE)
        aws.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"a": 1}')
        assert self.received(lab, out) == [{"a": 1}]

    def test_nobody_once_it_is_deleted(self, lab, out, aws):
        create(self.CODE)
        assert answer() == "done"
        aws.delete_function(FunctionName="f")
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            answer()


def test_a_lab_beside_another_has_functions_of_its_own(lab):
    create(COUNTS)
    assert answer({"n": 1}) == [1]
    with beside(seed=2) as other:
        create(COUNTS)
        other.deploy("g", lambda event, context: 1)
        assert [answer({"n": 2}), answer(name="g")] == [[2], 1]
    assert answer({"n": 3}) == [1, 3]
