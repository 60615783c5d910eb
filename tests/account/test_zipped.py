"""The deployment package of a function: what is in it, that it runs, and what is refused."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import sys
import textwrap
import threading
import zipfile

import boto3
import pytest
from project import ROOT

from helpers.account import zipped
from helpers.account.copies import CopiedVariable, changed
from helpers.account.modules import CannotCarry
from helpers.account.zipped import RUNTIME, zip_of
from helpers.patterns import callback, choreography, outbox


def names_in(package):
    return zipfile.ZipFile(io.BytesIO(package)).namelist()


def on_lambda(package, event, folder, *, before="", env=None):
    """What a package answers in a process that has its files and what Lambda's runtime has."""
    folder.mkdir(parents=True)
    zipfile.ZipFile(io.BytesIO(package)).extractall(folder)
    program = textwrap.dedent(f"""
        import json, sys
        sys.path.insert(0, {str(folder)!r})
        {before}
        import eda_function, helpers
        assert helpers.__file__.startswith({str(folder)!r}), helpers.__file__
        print(json.dumps(eda_function.handler(json.loads(sys.argv[1]), None)))
    """)
    outside = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(event)],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=outside | keys | (env or {}),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def in_a_notebook(source, handler, path):
    """The package that a kernel makes of a function that its cells define, or why it does not."""
    program = textwrap.dedent(source) + textwrap.dedent(f"""
        import pathlib, sys
        from helpers.account.zipped import zip_of
        package, name = zip_of({handler})
        pathlib.Path({str(path)!r}).write_bytes(package)
        print(name)
    """)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", cwd=ROOT
    )


def test_a_function_of_a_module_is_taken_with_what_the_module_imports():
    package, name = zip_of(outbox.relay)
    assert name == "eda_function.handler"
    files = set(names_in(package))
    assert {"helpers/patterns/outbox.py", "helpers/patterns/bus.py"} <= files
    assert not [path for path in files if "queue" in path or "/lab/" in path or "moto" in path]
    source = zipfile.ZipFile(io.BytesIO(package)).read("helpers/patterns/bus.py").decode()
    assert source == (ROOT / "helpers/patterns/bus.py").read_text(encoding="utf-8")


OF_THE_RUN = {"EDA_ACCOUNT": "123456789012", "EDA_REGION": "eu-west-1"}
NEWS = {
    "Records": [
        {"eventName": "INSERT", "dynamodb": {"NewImage": {"body": {"S": '{"order_id": "o-1"}'}}}}
    ]
}
MOTO = (
    "import boto3, moto; moto.mock_aws().start(); "
    "boto3.client('events').create_event_bus(Name={bus!r})"
)


@pytest.mark.parametrize("prefix", ["", "eda-7f3a-"])
def test_it_runs_where_only_lambdas_runtime_is_and_names_what_the_run_names(tmp_path, prefix):
    """`relay` publishes to the bus "shop", which on an account is called otherwise."""
    package, _ = zip_of(outbox.relay)
    env = {"EDA_PREFIX": prefix} | OF_THE_RUN if prefix else {}
    before = MOTO.format(bus=f"{prefix}shop") + textwrap.dedent("""
        import botocore.client
        real, sent = botocore.client.BaseClient._convert_to_request_dict, []
        def note(self, *, api_params, **others):
            sent.append(api_params)
            return real(self, api_params=api_params, **others)
        botocore.client.BaseClient._convert_to_request_dict = note
        import atexit
        atexit.register(lambda: print(json.dumps(sent[-1]["Entries"][0]["EventBusName"])))
    """).replace("\n", "\n        ")
    assert on_lambda(package, NEWS, tmp_path / "in", before=before, env=env) == f"{prefix}shop"


def test_answers_inside_are_as_the_code_wrote_the_names(tmp_path):
    source = """
        import boto3

        def names(event, context):
            sqs = boto3.client("sqs")
            dynamodb = boto3.client("dynamodb")
            return [sqs.get_queue_url(QueueName="orders")["QueueUrl"].rpartition("/")[2],
                    dynamodb.describe_table(TableName="stock")["Table"]["TableName"]]
    """
    done = in_a_notebook(source, "names", tmp_path / "p.zip")
    assert done.returncode == 0, done.stderr
    key = "KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}]"
    kinds = "AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}]"
    before = (
        "import boto3, moto; moto.mock_aws().start(); "
        "boto3.client('sqs').create_queue(QueueName='eda-1-orders'); "
        f"boto3.client('dynamodb').create_table(TableName='eda-1-stock', {key}, {kinds}, "
        "BillingMode='PAY_PER_REQUEST')"
    )
    env = {"EDA_PREFIX": "eda-1-"} | OF_THE_RUN
    package = (tmp_path / "p.zip").read_bytes()
    found = on_lambda(package, {}, tmp_path / "in", before=before, env=env)
    assert found == ["eda-1-orders", "stock"]


CELLS = """
    import json
    from helpers.patterns import redelivery
    from helpers.patterns.workflow import task

    RATE = 3
    seen = []

    class Order:
        def __init__(self, pieces):
            self.pieces = pieces

    def pieces(event):
        return Order(event["pieces"]).pieces * RATE

    def charge(event, context):
        import statistics
        seen.append(event)
        failed = redelivery.work_on_batch({"Records": []}, None)["batchItemFailures"]
        return {"pieces": pieces(event), "seen": len(seen), "failed": failed,
                "mean": statistics.mean([1, 3]), "state": task("a:b", {}, None)["Type"]}
"""


def test_a_function_of_a_cell_is_taken_with_its_variables(tmp_path):
    done = in_a_notebook(CELLS, "charge", tmp_path / "p.zip")
    assert (done.returncode, done.stdout) == (0, "eda_function.handler\n"), done.stderr
    package = (tmp_path / "p.zip").read_bytes()
    found = set(names_in(package))
    assert {
        "function.pickle",
        "helpers/patterns/redelivery.py",
        "helpers/patterns/workflow.py",
    } <= (found)
    answer = on_lambda(package, {"pieces": 2}, tmp_path / "in")
    assert answer == {"pieces": 6, "seen": 1, "failed": [], "mean": 2, "state": "Task"}


def test_the_same_function_gives_the_same_bytes(tmp_path):
    """In two processes, whose sets and hashes have other orders."""
    cells = CELLS.replace("Order(event", "(event").replace('["pieces"]).pieces', '["pieces"])')
    made = []
    for name in ("a.zip", "b.zip"):
        assert in_a_notebook(cells, "charge", tmp_path / name).returncode == 0
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert zip_of(outbox.relay) == zip_of(outbox.relay)


def test_a_function_made_by_a_function_is_taken_with_what_it_closes_over(tmp_path):
    def times(factor):
        return lambda event, context: event["n"] * factor

    package, _ = zip_of(times(7))
    assert on_lambda(package, {"n": 6}, tmp_path / "in") == 42


def test_a_package_of_plain_python_is_taken_along(tmp_path):
    source = """
        def handler(event, context):
            from aws_lambda_powertools.utilities.batch import BatchProcessor
            return BatchProcessor.__name__
    """
    done = in_a_notebook(source, "handler", tmp_path / "p.zip")
    assert done.returncode == 0, done.stderr
    package = (tmp_path / "p.zip").read_bytes()
    files = names_in(package)
    assert "aws_lambda_powertools/utilities/batch/__init__.py" in files
    assert "typing_extensions.py" in files
    assert not [path for path in files if path.startswith(("boto", "jmespath"))], "Lambda has them"
    assert on_lambda(package, {}, tmp_path / "in") == "BatchProcessor"


def test_compiled_parts_are_refused_by_name():
    def handler(event, context):
        import numpy

        return numpy.zeros(3)

    with pytest.raises(CannotCarry, match="handler needs the package numpy, and that has parts"):
        zip_of(handler)


sqs = boto3.client("sqs", region_name="eu-west-1")
LOCK = threading.Lock()


def closing_over(value):
    thing = value
    return lambda event, context: thing


def test_a_client_in_a_pattern_is_refused_by_the_name_of_the_variable():
    handler = choreography.reacts(sqs, "shop", "shop", print, "Done")
    with pytest.raises(
        CannotCarry, match=r"'events', which .*handler uses, is a client of boto3 \(SQS\)"
    ):
        zip_of(handler)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (sqs, r"'thing', .* is a client of boto3 \(SQS\), .*Make it inside the function"),
        (boto3.Session(), "'thing', .* is a session of boto3"),
        (threading.Lock(), "'thing', .* is a lock, which means nothing on another machine"),
        (threading.RLock(), "'thing', .* is an? RLock"),
        (threading.Event(), "'thing', .* is an Event"),
        ((number for number in range(3)), "'thing', .* is a generator that has begun here"),
        ({"a": [{"client": sqs}]}, "'client', .* is a client of boto3"),
        (functools.partial(print, sqs), "is a client of boto3"),
        (sys._getframe(), "'thing', .* is a frame, which cannot be carried to Lambda"),
    ],
)
def test_what_cannot_be_carried_is_named(value, said):
    with pytest.raises(CannotCarry, match=said):
        zip_of(closing_over(value))


def test_an_open_file_is_named(tmp_path):
    with (tmp_path / "f").open("w", encoding="utf-8") as file:
        with pytest.raises(CannotCarry, match=r"'thing', .* is an open file \(a TextIOWrapper\)"):
            zip_of(closing_over(file))


def test_a_variable_of_a_cells_other_function_is_named(tmp_path):
    source = """
        import boto3
        sqs = boto3.client("sqs", region_name="eu-west-1")

        def send(text):
            sqs.send_message(QueueUrl="q", MessageBody=text)

        def handler(event, context):
            send("hello")
    """
    done = in_a_notebook(source, "handler", tmp_path / "p.zip")
    assert (
        "CannotCarry: the variable 'sqs', which send uses, is a client of boto3 (SQS)"
        in done.stderr
    )


def test_a_lab_is_refused_by_its_name(tmp_path):
    source = """
        from helpers import Lab
        lab = Lab()

        def handler(event, context):
            lab.mark("charged")
    """
    done = in_a_notebook(source, "handler", tmp_path / "p.zip")
    assert "CannotCarry" in done.stderr
    assert "'lab', which handler uses," in done.stderr


def test_a_module_that_is_not_there_is_named(tmp_path):
    done = in_a_notebook(
        "def handler(event, context):\n    import no_such_module", "handler", tmp_path / "p.zip"
    )
    assert "handler imports no_such_module, and there is no such module here" in done.stderr


def test_a_package_that_is_too_large_is_refused_with_its_size(monkeypatch):
    monkeypatch.setattr(zipped, "LARGEST", 1_000)
    with pytest.raises(CannotCarry, match=r"has [\d,]+ bytes, and Lambda takes 1,000 in a call"):
        zip_of(callback.answer_for_the_dead)


def test_another_python_is_refused_in_a_sentence(tmp_path):
    package, _ = zip_of(closing_over(3))
    zipfile.ZipFile(io.BytesIO(package)).extractall(tmp_path)
    entry = tmp_path / "eda_function.py"
    version = str(tuple(sys.version_info[:2]))
    entry.write_text(
        entry.read_text(encoding="utf-8").replace(version, "(3, 1)", 1), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import eda_function"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert f"give it the runtime {RUNTIME}" in done.stderr


SEEN, COUNTS, NAMES, TOTAL = [], {}, {"a", "b"}, 0


def appends(event, context):
    SEEN.append(event)


def counts(event, context):
    COUNTS[event["kind"].strip()] = COUNTS.get(event["kind"], 0) + 1


def deletes(event, context):
    del COUNTS[event]


def deeper(event, context):
    def inside():
        SEEN.extend(event)

    inside()


def reads(event, context):
    global TOTAL
    own = []
    own.append(len(SEEN))
    own[0] = COUNTS.get("a")
    TOTAL += 1
    return own, "a" in NAMES


def closes_over(box):
    return lambda event, context: box.update(event)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (appends, ["SEEN"]),
        (deletes, ["COUNTS"]),
        (deeper, ["SEEN"]),
        (closes_over({}), ["box"]),
        (closes_over(set()), ["box"]),
        (reads, []),
    ],
)
def test_the_variables_that_a_function_changes_are_found(function, names):
    assert changed([function]) == names


def test_what_a_function_counts_is_found():
    assert "COUNTS" in changed([counts])


def test_a_copy_that_is_changed_is_told():
    seen = []
    with pytest.warns(CopiedVariable, match="changes 'seen', of which it has a copy on Lambda"):
        zip_of(lambda event, context: seen.append(event))


@pytest.mark.filterwarnings("error::helpers.account.copies.CopiedVariable")
def test_a_copy_that_is_read_is_not(tmp_path):
    rates = {"a": 3}
    package, _ = zip_of(lambda event, context: rates[event["sku"]])
    assert on_lambda(package, {"sku": "a"}, tmp_path / "in") == 3


def test_what_is_no_function_is_refused_with_it():
    with pytest.raises(TypeError, match="a handler is a function, got 'charge'"):
        zip_of("charge")
