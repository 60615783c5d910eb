"""Functions from a zip file: what their environments keep, and the variables they see."""

from __future__ import annotations

import os
import time

import pytest
from botocore.exceptions import ClientError
from counting_function import COUNTS, at_once
from uploaded_function import answer, archive, create

from helpers import Lab


class TestEnvironments:
    def test_invocations_at_the_same_time_share_no_memory(self, lab):
        create(COUNTS)
        assert at_once(lab, {"n": 1}, {"n": 2}, {"n": 3}) == [[1], [2], [3]]

    def test_one_after_the_other_meets_the_same(self, lab):
        create(COUNTS)
        assert [answer({"n": n}) for n in (1, 2)] == [[1], [1, 2]]

    def test_the_module_is_imported_at_each_cold_start(self, lab):
        create("import time\nborn = time.time()\ndef handler(event, context): return born")
        first = answer()
        with lab.running(minutes=2):
            pass
        assert answer() == first
        with lab.running(minutes=20):  # idle for longer than an environment waits
            pass
        assert answer() - first == pytest.approx(22 * 60)

    def test_the_initialisation_is_not_part_of_the_timeout(self, lab):
        create("import time\ntime.sleep(4)\ndef handler(event, context): time.sleep(2.5)")
        assert answer() is None
        assert lab.now == 6.5

    def test_one_that_takes_too_long_begins_again_within_the_timeout(self, lab):
        create("import time\ntime.sleep(11)\ndef handler(event, context): return 1", Timeout=15)
        assert answer() == 1
        assert lab.now == 21
        create("import time\ntime.sleep(11)\ndef handler(event, context): return 1", name="g")
        assert answer(name="g")["errorType"] == "Sandbox.Timedout"
        assert lab.now == 21 + 13

    @pytest.mark.parametrize(
        "ends",
        ["import time; time.sleep(9)", "import sys; sys.exit(1)"],
    )
    def test_a_timeout_and_an_exit_end_it(self, lab, ends):
        create(f"seen = []\ndef handler(event, context):\n    seen.append(1)\n    if event: {ends}"
               "\n    return len(seen)")  # fmt: skip
        assert [answer(), answer()] == [1, 2]
        assert answer({"n": 1})["errorType"] in ("Sandbox.Timedout", "Runtime.ExitError")
        assert answer() == 1

    def test_an_exception_does_not(self, lab):
        create("seen = []\ndef handler(event, context):\n    seen.append(1)\n    if event: 1 / 0"
               "\n    return len(seen)")  # fmt: skip
        assert answer({"n": 1})["errorType"] == "ZeroDivisionError"
        assert answer() == 2

    def test_new_code_and_new_configuration_end_it(self, lab, aws):
        create(COUNTS)
        answer({"n": 1})
        aws.update_function_configuration(FunctionName="f", Timeout=9)
        assert answer({"n": 2}) == [2]
        aws.update_function_code(FunctionName="f", ZipFile=archive({"app.py": COUNTS}))
        assert answer({"n": 3}) == [3]

    def test_new_code_leaves_those_at_work_to_end(self, lab, aws):
        create("import time\ndef handler(event, context): time.sleep(2); return 'old'")
        answers = []

        def change():
            time.sleep(1)
            code = archive({"app.py": "def handler(event, context): return 'new'"})
            aws.update_function_code(FunctionName="f", ZipFile=code)
            answers.append(answer())

        with lab.running():
            lab.start(lambda: answers.append(answer()))
            lab.start(change)
        assert answers == ["new", "old"]
        assert answer() == "new"


class TestVariables:
    CODE = (
        "import os\n"
        "table = os.getenv('TABLE')\n"
        "def handler(event, context):\n"
        "    os.environ['COUNT'] = str(int(os.environ.get('COUNT', 0)) + 1)\n"
        "    return {'table': table, 'count': os.environ['COUNT'],\n"
        "            **{name: os.environ[name] for name in event}}\n"
    )

    def test_they_are_the_functions_own(self, lab):
        create(self.CODE, Environment={"Variables": {"TABLE": "orders"}})
        create(self.CODE, name="g", Environment={"Variables": {"TABLE": "stock"}})
        assert answer([]) == {"table": "orders", "count": "1"}
        assert answer([], name="g") == {"table": "stock", "count": "1"}
        assert answer([])["count"] == "2"  # it was set in this environment, and stays there
        assert not {"TABLE", "COUNT"} & set(os.environ)

    def test_the_names_that_lambda_sets(self, lab):
        create(self.CODE, MemorySize=256)
        names = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_REGION"]
        found = answer([*names, "AWS_EXECUTION_ENV", "_HANDLER", "LAMBDA_TASK_ROOT"])
        assert [found[name] for name in names] == ["f", "256", "eu-west-1"]
        assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
        assert (found["_HANDLER"], found["LAMBDA_TASK_ROOT"]) == ("app.handler", "/var/task")

    def test_a_deployed_function_has_them_too(self, lab, aws):
        lab.deploy("f", lambda event, context: os.environ.get("TABLE"))
        aws.update_function_configuration(
            FunctionName="f", Environment={"Variables": {"TABLE": "orders"}}
        )
        assert answer() == "orders"

    def test_reserved_names_and_too_many_are_refused(self, lab):
        with pytest.raises(ClientError, match="used in this request: AWS_REGION"):
            create(self.CODE, Environment={"Variables": {"AWS_REGION": "us-east-1"}})
        with pytest.raises(ClientError, match="exceeded the 4KB limit"):
            create(self.CODE, Environment={"Variables": {"TABLE": "x" * 4096}})

    def test_the_process_gets_its_own_back(self):
        before = type(os.environ), dict(os.environ)
        with Lab(seed=1):
            create(self.CODE)
            answer([])
        assert (type(os.environ), dict(os.environ)) == before
