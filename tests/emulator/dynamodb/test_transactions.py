"""Transactions of DynamoDB: once per client request token, and all or nothing."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.config import Config
from emulated_dynamodb import Table, let_pass, once, refused, typed
from in_ci import each_seed

from helpers import Lab, faults


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


@pytest.fixture
def table(lab):
    return Table()


def add(table, *keys, one=1):
    return [{"Update": table.action(key, "ADD n :one", one=one)} for key in keys]


def transact(table, entries, token=None, **more):
    given = {"ClientRequestToken": token} if token else {}
    return table.db.transact_write_items(TransactItems=entries, **given, **more)


class TestToken:
    def test_the_model_says_what_is_held_to_here(self):
        model = botocore.session.Session().get_service_model("dynamodb")
        token = model.shape_for("TransactWriteItemsInput").members["ClientRequestToken"]
        assert token.metadata["idempotencyToken"] is True  # boto3 fills it in
        assert "valid for 10 minutes" in token.documentation
        for operation in ("TransactWriteItems", "ExecuteTransaction"):
            errors = {shape.name for shape in model.operation_model(operation).error_shapes}
            assert "IdempotentParameterMismatchException" in errors

    def test_a_repeat_succeeds_and_changes_nothing(self, lab, table):
        first = transact(table, add(table, "a", "b"), "t")
        let_pass(lab, minutes=9)
        again = transact(table, add(table, "a", "b"), "t")
        assert [table.get(key)["n"] for key in "ab"] == [1, 1]
        assert len(table.records()) == 2
        for answer in (first, again):
            assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
        assert first == again

    def test_a_repeat_succeeds_even_if_it_could_not_be_applied_any_more(self, table):
        put = {
            "TableName": "orders",
            "Item": typed({"id": "a"}),
            "ConditionExpression": "attribute_not_exists(id)",
        }
        transact(table, [{"Put": put}], "t")
        transact(table, [{"Put": put}], "t")
        with refused("TransactionCanceledException", "ConditionalCheckFailed"):
            transact(table, [{"Put": put}], "other")

    @pytest.mark.parametrize(
        "other",
        [
            lambda table: {"TransactItems": add(table, "b")},
            lambda table: {"TransactItems": add(table, "a", one=2)},
            lambda table: {"TransactItems": add(table, "a"), "ReturnConsumedCapacity": "TOTAL"},
        ],
    )
    def test_other_parameters_are_refused(self, table, other):
        transact(table, add(table, "a"), "t")
        with pytest.raises(table.db.exceptions.IdempotentParameterMismatchException):
            table.db.transact_write_items(ClientRequestToken="t", **other(table))
        assert {key: item["n"] for key, item in table.items().items()} == {"a": 1}

    def test_after_ten_minutes_it_is_a_new_request(self, lab, table):
        transact(table, add(table, "a"), "t")
        let_pass(lab, minutes=5)
        transact(table, add(table, "a"), "t")  # does not begin the ten minutes anew
        let_pass(lab, minutes=5, seconds=1)
        transact(table, add(table, "a"), "t")
        assert table.get("a")["n"] == 2
        let_pass(lab, minutes=10, seconds=1)
        transact(table, add(table, "b"), "t")
        assert table.get("b")["n"] == 1

    def test_a_transaction_that_failed_is_not_remembered(self, table):
        check = {
            "TableName": "orders",
            "Key": typed({"id": "open"}),
            "ConditionExpression": "attribute_exists(id)",
        }
        entries = [*add(table, "a"), {"ConditionCheck": check}]
        with refused("TransactionCanceledException"):
            transact(table, entries, "t")
        table.put(id="open")
        transact(table, entries, "t")
        transact(table, entries, "t")
        assert table.get("a")["n"] == 1

    def test_partiql_transactions_too(self, lab, table):
        def insert(key):
            statement = f"INSERT INTO orders VALUE {{'id': '{key}', 'n': 1}}"
            return {"TransactStatements": [{"Statement": statement}], "ClientRequestToken": "t"}

        table.db.execute_transaction(**insert("a"))
        table.delete("a")
        table.db.execute_transaction(**insert("a"))
        assert table.items() == {}
        with pytest.raises(table.db.exceptions.IdempotentParameterMismatchException):
            table.db.execute_transaction(**insert("b"))
        let_pass(lab, minutes=11)
        table.db.execute_transaction(**insert("a"))
        assert list(table.items()) == ["a"]

    @pytest.mark.parametrize("seed", each_seed(1, 2, 3))
    def test_a_lost_reply_is_tried_again_and_not_applied_twice(self, seed):
        with Lab(seed=seed) as lab:
            table = Table(config=Config(read_timeout=2, retries={"total_max_attempts": 8}))

            def transfer():
                for _ in range(50):
                    transact(table, add(table, "from", one=-1) + add(table, "to"))

            lost = faults.lost_reply("dynamodb.TransactWriteItems", rate=0.2, seed=seed)
            with lost, lab.running():
                lab.start(transfer, copies=4)
            assert lost.hits > 30  # and so many requests came twice
            assert (table.get("from")["n"], table.get("to")["n"]) == (-200, 200)
            assert len(table.records()) == 400


class TestAllOrNothing:
    def test_a_cancelled_transaction_leaves_no_trace(self, table):
        table.put(id="a", n=1)
        reader = table.iterator("LATEST")
        delete = {"TableName": "orders", "Key": typed({"id": "a"})}
        check = {
            "TableName": "orders",
            "Key": typed({"id": "c"}),
            "ConditionExpression": "attribute_exists(id)",
        }
        with refused("TransactionCanceledException", "[None, None, ConditionalCheckFailed]"):
            transact(table, [{"Delete": delete}, *add(table, "b"), {"ConditionCheck": check}])
        assert table.items() == {"a": {"id": "a", "n": 1}}
        assert table.records(reader) == []
        table.put(id="a", n=2)
        assert len(table.records(reader)) == 1  # the reader goes on in the same stream

    def test_the_reasons_stand_in_the_order_of_the_actions(self, table):
        table.put(id="a", n="text")
        action = {**table.action("a", "SET m = :m", m=1), "ConditionExpression": "n = :m"}
        action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        with refused("TransactionCanceledException") as caught:
            transact(table, [*add(table, "b"), {"Update": action}])
        first, second = caught.value.response["CancellationReasons"]
        assert first == {"Code": "None"}
        assert second == {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": typed({"id": "a", "n": "text"}),
        }

    def test_what_the_item_makes_impossible_is_a_reason(self, table):
        table.put(id="a", n="text")
        entries = [*add(table, "b"), {"Update": table.action("c", "SET n = n + :m", m=1)}]
        with refused("TransactionCanceledException") as caught:
            transact(table, entries)
        assert caught.value.response["CancellationReasons"] == [
            {"Code": "None"},
            {
                "Code": "ValidationError",
                "Message": "The provided expression refers to an attribute that does not exist in "
                "the item",
            },
        ]
        assert list(table.items()) == ["a"]

    def test_limits(self, table):
        keys = [str(number) for number in range(101)]
        transact(table, add(table, *keys[:100]))
        with refused("ValidationException", "less than or equal to 100"):
            transact(table, add(table, *keys))
        with refused("ValidationException", "multiple operations on one item"):
            transact(table, add(table, "a", "a"))
        gets = [{"Get": {"TableName": "orders", "Key": typed({"id": key})}} for key in keys]
        assert len(table.db.transact_get_items(TransactItems=gets[:100])["Responses"]) == 100
        with refused("ValidationException", "less than or equal to 100"):
            table.db.transact_get_items(TransactItems=gets)

    def test_four_megabytes_together(self, table):
        def puts(count):
            items = [typed({"id": str(n), "body": "x" * 400_000}) for n in range(count)]
            return [{"Put": {"TableName": "orders", "Item": item}} for item in items]

        with refused("ValidationException", "4 MB"):
            transact(table, puts(11))
        assert table.items() == {}
        transact(table, puts(10))
        assert len(table.items()) == 10

    def test_a_missing_table_is_an_error_of_its_own(self, table):
        with refused("ResourceNotFoundException"):
            transact(table, [{"Delete": {"TableName": "gone", "Key": typed({"id": "a"})}}])

    @pytest.mark.parametrize("seed", each_seed(1, 2, 3))
    def test_a_balance_never_goes_below_zero(self, seed):
        """Many writers, lost replies and refusals: the sum of the accounts stays what it was."""
        with Lab(seed=seed) as lab:
            table = Table(**once())
            for key in "abcd":
                table.put(id=key, n=20)

            def transfer(origin, target):
                take = table.action(origin, "ADD n :minus", minus=-1)
                take |= {"ConditionExpression": "n >= :one"}
                take["ExpressionAttributeValues"] |= typed({":one": 1})
                for _ in range(40):
                    try:
                        transact(table, [{"Update": take}, *add(table, target)])
                    except Exception as error:
                        lab.mark("refused", why=type(error).__name__)

            with (
                faults.latency("dynamodb", median=0.05, p99=1, seed=seed),
                faults.lost_reply("dynamodb", rate=0.05, seed=seed),
                lab.running(),
            ):
                for pair in ("ab", "bc", "cd", "ad", "ba"):
                    lab.start(transfer, *pair)
            balances = [item["n"] for item in table.items().values()]
            assert sum(balances) == 80
            assert min(balances) >= 0
            assert "TransactionCanceledException" in set(lab.trace.why)
