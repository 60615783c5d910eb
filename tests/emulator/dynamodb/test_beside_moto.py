"""Where moto alone is right, the lab says the same."""

from __future__ import annotations

import moto
import played

from helpers import Lab

# Beside ids and times, and what `BatchGetItem` of moto's consumes without being asked.
OMITTED = {"ResponseMetadata", "TableId", "ConsumedCapacity", "CreationDateTime", "RevisionId"}
# moto does not find the table of a statement whose name is quoted.
WRONG_IN_MOTO = {"BatchExecuteStatement"}
MOMENTS = {"EarliestRestorableDateTime", "LatestRestorableDateTime"}
ITEM = {"id": {"S": "1"}, "n": {"N": "7"}, "l": {"L": [{"S": "a"}]}, "s": {"SS": ["x", "y"]}}


def plain(value):
    if isinstance(value, dict):
        return {n: plain(one) for n, one in value.items() if n not in OMITTED | MOMENTS}
    return [plain(one) for one in value] if isinstance(value, list) else value


def program(play):
    """What beginners' programs do, with answers that moto has right."""
    played.PROGRAMS["dynamodb"](play)
    named, key = {"TableName": "again"}, {"Key": {"id": {"S": "1"}}}
    play(
        "CreateTable", **named, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    once = {"ConditionExpression": "attribute_not_exists(id)"}
    play("PutItem", **named, Item=ITEM, **once)
    play("PutItem", **named, Item=ITEM, **once)
    play("GetItem", **named, **key, ProjectionExpression="n, l")
    values = {"ExpressionAttributeValues": {":one": {"N": "1"}}}
    for wanted in ("ALL_OLD", "ALL_NEW", "UPDATED_NEW", "UPDATED_OLD"):
        play("UpdateItem", **named, **key, UpdateExpression="SET n = n + :one REMOVE l",
             ReturnValues=wanted, **values)  # fmt: skip
    failing = {"ConditionExpression": "n < :one", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    play("UpdateItem", **named, **key, UpdateExpression="ADD n :one", **failing, **values)
    play("Query", **named, KeyConditionExpression="id = :id", FilterExpression="n > :one",
         ExpressionAttributeValues={":id": {"S": "1"}, ":one": {"N": "1"}})  # fmt: skip
    play("Scan", **named, FilterExpression="contains(s, :x) AND size(s) > :one",
         ExpressionAttributeValues={":x": {"S": "x"}, ":one": {"N": "1"}})  # fmt: skip
    put = {"PutRequest": {"Item": {"id": {"S": "2"}}}}
    play("BatchWriteItem", RequestItems={"again": [put, {"DeleteRequest": key}]})
    check = {"ConditionCheck": {**named, **key, "ConditionExpression": "attribute_exists(id)"}}
    play("TransactWriteItems", TransactItems=[check, {"Put": {**named, "Item": ITEM}}][:1])
    play("DeleteItem", **named, Key={"id": {"S": "2"}}, ReturnValues="ALL_OLD")
    play("GetItem", **named, Key={"id": {"S": "2"}})
    play("GetItem", TableName="gone", **key)


def answers():
    player = played.Player("dynamodb")
    program(player)
    return [(operation, plain(answer)) for operation, answer in player.played]


def test_the_lab_answers_as_moto_does_where_moto_is_right():
    with Lab(seed=1):
        here = answers()
    with moto.mock_aws():
        there = answers()
    for (operation, answer), (_, expected) in zip(here, there, strict=True):
        if operation == "BatchWriteItem":  # moto adds an empty map that nobody asked for
            expected.pop("ItemCollectionMetrics", None)
        if operation not in WRONG_IN_MOTO:
            assert answer == expected, operation
