"""Programs from outside that found faults in the lab, each beside its source."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from emulated_dynamodb import KEY, Indexed, refused, typed

from helpers import Lab


@pytest.fixture
def table():
    with Lab(seed=1):
        table = Indexed()
        table.put(amount=5)
        yield table


def test_a_number_is_never_less_than_a_text(table):
    """API model, Condition: a value of another type "does not match"."""
    with refused("ConditionalCheckFailedException"):
        table.update("SET amount = :n", n=6, limit="9", ConditionExpression="amount < :limit")
    table.update("SET amount = :n", n=6, limit="9", ConditionExpression="amount <> :limit")
    assert table.get()["amount"] == 6


@pytest.mark.parametrize(
    ("condition", "operator"),
    [
        ("pk = :p OR sk = :s", "OR"),
        ("NOT pk = :p AND sk = :s", "NOT"),
        ("pk = :p AND sk <> :s", "<>"),
        ("pk = :p AND sk IN (:s)", "IN"),
        ("pk = :p AND contains(sk, :s)", "contains"),
        ("pk = :p AND attribute_exists(sk) AND sk = :s", "attribute_exists"),
    ],
)
def test_a_key_condition_has_few_operators(table, condition, operator):
    """floci-io/floci#1512; Developer Guide, "Key condition expressions for the Query operation"."""
    with refused("ValidationException") as caught:
        table.query(
            KeyConditionExpression=condition,
            ExpressionAttributeValues=typed({":p": "a", ":s": "0"}),
        )
    said = caught.value.response["Error"]["Message"]
    assert said == f"Invalid operator used in KeyConditionExpression: {operator}"


def test_a_batch_has_up_to_25_writes(table):
    """API model, BatchWriteItem: "up to 25 item put or delete operations"."""

    def batch(count):
        items = [typed({"pk": str(one), "sk": "x"}) for one in range(count)]
        table.db.batch_write_item(
            RequestItems={"indexed": [{"PutRequest": {"Item": item}} for item in items]}
        )

    batch(25)
    with refused("ValidationException", "less than or equal to 25"):
        batch(26)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("SET amount = :a", {"a": 1, "b": 2}),
        ("SET status = :a", {"a": 1}),
        ("SET amount = :a, number = :b", {"a": 1, "b": 2}),
        ("SET pk = :a", {"a": "x"}),
        ("SET z = z + :a", {"a": 1}),
    ],
)
def test_an_update_that_makes_no_sense_is_refused(table, expression, values):
    """Developer Guide, "Using expressions in DynamoDB"."""
    with pytest.raises(ClientError, match="ValidationException"):
        table.update(expression, **values)
    assert table.get() == {**KEY, "amount": 5}
