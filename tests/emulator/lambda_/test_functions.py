"""Lambda functions in this process: what they answer, and how they are deployed."""

from __future__ import annotations

import subprocess
import sys
import time

import boto3
import pytest
from botocore.exceptions import ClientError
from invoked_functions import invoke, once
from moto.awslambda.models import LambdaFunction

from helpers import Lab


@pytest.fixture
def aws(lab):
    return once()


class TestAnswers:
    def test_a_result_comes_back_as_json(self, lab, aws):
        arn = lab.deploy("total", lambda event, context: {"total": sum(event["amounts"])})
        assert arn == "arn:aws:lambda:eu-west-1:123456789012:function:total"
        assert invoke(aws, "total", {"amounts": [1, 2]}) == ({"total": 3}, None, 200)
        assert invoke(aws, arn, {"amounts": []}) == ({"total": 0}, None, 200)
        listed = aws.get_function(FunctionName="total")["Configuration"]
        assert (listed["Timeout"], listed["MemorySize"]) == (3, 128)

    def test_no_payload_and_no_result(self, lab, aws):
        seen = []
        lab.deploy("note", lambda event, context: seen.append(event))
        assert invoke(aws, "note") == (None, None, 200)
        assert aws.invoke(FunctionName="note")["Payload"].read() == b"null"
        assert seen == [{}, {}]

    def test_an_exception_is_a_payload_with_a_header(self, lab, aws):
        def charge(event, context):
            raise ValueError("card declined")

        lab.deploy("charge", charge)
        payload, error, status = invoke(aws, "charge")
        assert (error, status) == ("Unhandled", 200)
        assert payload["errorType"] == "ValueError"
        assert payload["errorMessage"] == "card declined"
        assert "in charge" in payload["stackTrace"][0]
        assert "card declined" in payload["stackTrace"][-1]
        assert set(payload) == {"errorMessage", "errorType", "requestId", "stackTrace"}
        assert list(lab.trace.outcome)[-1] == "Unhandled"

    @pytest.mark.parametrize("result", [{1, 2}, object(), {"in": {1}}])
    def test_a_result_that_is_not_json(self, lab, aws, result):
        lab.deploy("odd", lambda event, context: result)
        payload, error, _ = invoke(aws, "odd")
        assert (payload["errorType"], error) == ("Runtime.MarshalError", "Unhandled")
        assert "is not JSON serializable" in payload["errorMessage"]

    def test_a_result_that_contains_itself(self, lab, aws):
        loop = []
        loop.append(loop)
        lab.deploy("loop", lambda event, context: loop)
        assert invoke(aws, "loop")[0]["errorType"] == "Runtime.MarshalError"

    def test_a_handler_that_exits_ends_its_environment(self, lab, aws):
        lab.deploy("exit", lambda event, context: sys.exit(3), cold_start=2)
        for _ in range(2):
            payload, error, _ = invoke(aws, "exit")
            assert (payload["errorType"], error) == ("Runtime.ExitError", "Unhandled")
            assert payload["errorMessage"].endswith("Runtime exited with error: exit status 3")
        assert lab.now == 4  # cold both times

    def test_a_payload_that_is_not_json(self, lab, aws):
        lab.deploy("f", lambda event, context: 1)
        with pytest.raises(aws.exceptions.InvalidRequestContentException):
            aws.invoke(FunctionName="f", Payload=b"{not json")

    def test_an_unknown_function(self, lab, aws):
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            aws.invoke(FunctionName="nowhere")
        lab.deploy("here", lambda event, context: 1)
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            aws.invoke(FunctionName="nowhere")
        aws.delete_function(FunctionName="here")
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            aws.invoke(FunctionName="here")

    def test_the_context_is_named_as_aws_names_it(self, lab, aws):
        seen = []

        def look(event, context):
            first = context.get_remaining_time_in_millis()
            time.sleep(1.5)
            seen.append((context, first - context.get_remaining_time_in_millis()))

        lab.deploy("look", look, timeout=10, memory=512)
        invoke(aws, "look")
        context, passed = seen[0]
        assert passed == 1500
        assert (context.function_name, context.memory_limit_in_mb) == ("look", "512")
        assert context.invoked_function_arn.endswith(":function:look")
        assert len(context.aws_request_id) == 36

    def test_a_dry_run_runs_nothing(self, lab, aws):
        ran = []
        lab.deploy("f", lambda event, context: ran.append(1))
        assert aws.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204
        assert ran == []

    def test_deploying_again_replaces_handler_and_settings(self, lab, aws):
        first = lab.deploy("f", lambda event, context: 1, timeout=3)
        assert invoke(aws, "f")[0] == 1
        second = lab.deploy(
            "f", lambda event, context: time.sleep(5) or 2, timeout=10, cold_start=1
        )
        assert first == second
        assert invoke(aws, "f")[0] == 2
        assert lab.now == 6
        assert len(aws.list_functions()["Functions"]) == 1

    def test_deploying_in_the_middle_of_a_run(self, lab, aws):
        answers = []
        lab.deploy("f", lambda event, context: 1)

        def fix():
            time.sleep(2.5)
            lab.deploy("f", lambda event, context: 2)

        def ask():
            for _ in range(5):
                time.sleep(1)
                answers.append(invoke(aws, "f")[0])

        with lab.running():
            lab.start(fix)
            lab.start(ask)
        assert answers == [1, 1, 2, 2, 2]

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"timeout": 0}, "1 to 900 seconds, got 0"),
            ({"timeout": 901}, "1 to 900 seconds, got 901"),
            ({"cold_start": -1}, "got -1"),
            ({"cold_start": float("nan")}, "got nan"),
            ({"memory": 64}, "128 to 10240 MB, got 64"),
            ({"memory": 20000}, "128 to 10240 MB, got 20000"),
        ],
    )
    def test_bad_settings_are_refused_by_value(self, lab, given, told):
        with pytest.raises(ValueError, match=told):
            lab.deploy("f", lambda event, context: 1, **given)

    def test_a_handler_is_a_function(self, lab):
        with pytest.raises(TypeError, match=r"got 'module\.handler'"):
            lab.deploy("f", "module.handler")


class TestWithoutDeploying:
    def test_the_first_request_finds_the_corrections_open(self, lab, aws):
        boto3.client("iam").create_role(RoleName="lab", AssumeRolePolicyDocument="{}")
        made = {
            "FunctionName": "bare",
            "Role": "arn:aws:iam::123456789012:role/lab",
            "Handler": "f.f",
            "Runtime": "python3.13",
        }
        with pytest.raises(ClientError, match="Could not unzip uploaded file"):
            aws.create_function(**made, Code={"ZipFile": b"x"})
        lab.deploy("bare", lambda event, context: 1)
        assert invoke(aws, "bare")[0] == 1

    def test_other_services_do_not_pay_for_it(self):
        program = (
            "import sys, boto3; from helpers import Lab\n"
            "with Lab(seed=1): boto3.client('sqs').create_queue(QueueName='q')\n"
            "print(sorted(name for name in sys.modules if 'awslambda' in name or "
            "'emulator.lambda_' in name))"
        )
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
        assert run.stdout.strip() == "[]", run.stderr


class TestSettings:
    def test_deploying_again_keeps_what_was_set_otherwise(self, lab, aws):
        lab.deploy("f", lambda event, context: 1)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
        lab.deploy("f", lambda event, context: 2, timeout=7)
        assert aws.get_function(FunctionName="f")["Configuration"]["Timeout"] == 7
        with pytest.raises(aws.exceptions.TooManyRequestsException):
            aws.invoke(FunctionName="f")

    def test_a_deleted_function_does_not_stand_in_the_way(self, lab, aws):
        lab.deploy("f", lambda event, context: 1)
        lab.deploy("g", lambda event, context: 1)
        aws.delete_function(FunctionName="g")
        assert invoke(aws, "f")[0] == 1


def test_moto_is_as_it_was_when_the_lab_is_closed():
    before = vars(LambdaFunction)["invoke"], vars(LambdaFunction)["_invoke_lambda"]
    with Lab(seed=1) as lab:
        lab.deploy("f", lambda event, context: time.sleep(800), timeout=900)
        once().invoke(FunctionName="f", InvocationType="Event")
        assert vars(LambdaFunction)["invoke"] is not before[0]
    assert (vars(LambdaFunction)["invoke"], vars(LambdaFunction)["_invoke_lambda"]) == before
    with Lab(seed=1):
        with pytest.raises(ClientError, match="ResourceNotFound"):
            once().invoke(FunctionName="f")
