"""Making, changing and deleting tables; tags; streams that are turned off and on again."""

from __future__ import annotations

import boto3
import pytest
from emulated_dynamodb import KEY, Indexed, Table, message, once, plain, refused, typed

from helpers import Lab
from helpers.emulator.not_modelled import NotModelled

INVALID = "One or more parameter values were invalid: "
PAID = {"BillingMode": "PAY_PER_REQUEST"}
ALL = {"ProjectionType": "ALL"}


@pytest.fixture
def db():
    with Lab(seed=1):
        yield boto3.client("dynamodb", **once())


def defined(*names):
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def keyed(*names):
    kinds = ("HASH", "RANGE", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


def table(names="pk sk", keys="pk sk", **more):
    given = {"TableName": "made", "AttributeDefinitions": defined(*names.split())}
    given["KeySchema"] = keyed(*keys.split())
    return {**given, **({} if "ProvisionedThroughput" in more else PAID), **more}


def index(name, *keys, **more):
    return {"IndexName": name, "KeySchema": keyed(*keys), "Projection": ALL, **more}


REFUSED = [
    (table(TableName="a b"), "1 validation error detected: Value 'a b' at 'tableName' failed to "
     "satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    (table(keys="pk pk", names="pk"), "Invalid KeySchema: Some index key attribute have no "
     "definition"),
    (table(keys="pk pk"), "Both the Hash Key and the Range Key element in the KeySchema have the "
     "same name"),
    (table(names="pk sk x"), INVALID + "Number of attributes in KeySchema does not exactly match "
     "number of attributes defined in AttributeDefinitions"),
    (table(names="pk x"), INVALID + "Some index key attributes are not defined in "
     "AttributeDefinitions. Keys: [pk, sk], AttributeDefinitions: [pk, x]"),
    (table(ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}, **PAID),
     INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
     "is PAY_PER_REQUEST"),
    (table(BillingMode="PROVISIONED"), INVALID + "ReadCapacityUnits and WriteCapacityUnits must "
     "both be specified when BillingMode is PROVISIONED"),
    (table(KeySchema=[{"AttributeName": "pk", "KeyType": "RANGE"}], names="pk"),
     "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
    (table(GlobalSecondaryIndexes=[]), INVALID + "List of GlobalSecondaryIndexes is empty"),
    (table("pk sk g", GlobalSecondaryIndexes=[index("one", "g"), index("one", "g")]),
     INVALID + "Duplicate index name: one"),
    (table("pk sk g", GlobalSecondaryIndexes=[
        index("one", "g", Projection={"ProjectionType": "INCLUDE"})]),
     INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    (table("pk x", "pk", LocalSecondaryIndexes=[index("one", "pk", "x")]),
     INVALID + "Table KeySchema does not have a range key, which is required when specifying a "
     "LocalSecondaryIndex"),
    (table("pk sk x", LocalSecondaryIndexes=[index("one", "x", "sk")]),
     INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for "
     "index: one. index hash key: x, table hash key: pk"),
    (table("pk sk x", LocalSecondaryIndexes=[index(f"i{n}x", "pk", "x") for n in range(6)]),
     INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5"),
    (table("pk sk x", GlobalSecondaryIndexes=[index(f"i{n}x", "x") for n in range(21)]),
     INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20"),
    (table("pk sk x y", GlobalSecondaryIndexes=[index("one", "x")]),
     INVALID + "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, x, y], keys "
     "used: [pk, sk, x]"),
    (table(StreamSpecification={"StreamEnabled": True}), INVALID + "Table is being created with a "
     "stream enabled, UpdateViewType is required"),
    (table(StreamSpecification={"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}),
     INVALID + "Table is being created with a stream disabled, UpdateViewType should not be "
     "specified"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_what_no_table_is_made_of(db, given, said):
    assert message(db.create_table, **given) == said
    assert db.list_tables()["TableNames"] == []


def test_a_missing_table_is_named_where_aws_names_it(db):
    for operation in (db.delete_table, db.describe_table):
        with refused("ResourceNotFoundException", "not found: Table: gone not found"):
            operation(TableName="gone")
    with refused("ResourceNotFoundException") as caught:
        db.get_item(TableName="gone", Key=typed(KEY))
    assert caught.value.response["Error"]["Message"] == "Requested resource not found"
    assert "[a-zA-Z0-9_.-]+" in message(db.get_item, TableName="bad name!", Key=typed(KEY))


def test_a_protected_table_is_not_deleted(db):
    db.create_table(**table(DeletionProtectionEnabled=True))
    assert message(db.delete_table, TableName="made") == (
        "Resource cannot be deleted as it is currently protected against deletion. Disable "
        "deletion protection first."
    )
    db.update_table(TableName="made", DeletionProtectionEnabled=False)
    db.delete_table(TableName="made")


def test_an_index_comes_and_goes_and_holds_what_was_there_before(db):
    made = Indexed()
    made.put(city="Ulm")

    def update(kind, given, *names):
        return made.update_table(
            GlobalSecondaryIndexUpdates=[{kind: given}],
            **({"AttributeDefinitions": defined(*names)} if names else {}),
        )["TableDescription"]

    by_city = index("by_city", "city")
    assert "not defined in AttributeDefinitions" in message(update, "Create", by_city)
    update("Create", by_city, "city")
    found = made.query(
        IndexName="by_city",
        KeyConditionExpression="city = :c",
        ExpressionAttributeValues=typed({":c": "Ulm"}),
    )
    assert [plain(item) for item in found["Items"]] == [{**KEY, "city": "Ulm"}]
    assert "Type mismatch for Index Key city" in message(made.put, city=1)
    assert message(update, "Create", by_city) == (
        "Attempting to create an index which already exists"
    )
    after = update("Delete", {"IndexName": "by_city"})
    assert {one["AttributeName"] for one in after["AttributeDefinitions"]} == {*KEY, "g", "n"}
    made.put(city=1)
    with refused("ResourceNotFoundException"):
        update("Delete", {"IndexName": "by_city"})


def test_one_index_at_a_time(db):
    made = Indexed()
    updates = [{"Delete": {"IndexName": "by_g"}}, {"Create": index("new", "sk")}]
    with refused("LimitExceededException", "Only 1 online index"):
        made.update_table(GlobalSecondaryIndexUpdates=updates)
    assert message(made.update_table).startswith("At least one of ProvisionedThroughput")


def test_throughput(db):
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    db.create_table(**table(ProvisionedThroughput=units))

    def update(**given):
        return db.update_table(TableName="made", **given)["TableDescription"]

    assert "will not change" in message(update, ProvisionedThroughput=units)
    assert "Neither ReadCapacityUnits" in message(update, **PAID, ProvisionedThroughput=units)
    assert update(**PAID)["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert "must be specified" in message(update, BillingMode="PROVISIONED")
    again = update(BillingMode="PROVISIONED", ProvisionedThroughput=units)
    assert again["ProvisionedThroughput"]["WriteCapacityUnits"] == 1


@pytest.mark.parametrize(
    "given",
    [
        {"ReplicaUpdates": [{"Create": {"RegionName": "eu-central-1"}}]},
        {"MultiRegionConsistency": "STRONG"},
    ],
)
def test_several_regions_are_not_modelled(db, given):
    db.create_table(**table())
    with pytest.raises(NotModelled, match=next(iter(given))):
        db.update_table(TableName="made", **given)


def test_tags(db):
    arn = db.create_table(**table())["TableDescription"]["TableArn"]
    for value in ("1", "2"):
        db.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": value}])
    assert db.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]
    for call, given in [(db.tag_resource, {"Tags": [{"Key": "a", "Value": "1"}]}),
                        (db.untag_resource, {"TagKeys": ["a"]}),
                        (db.list_tags_of_resource, {})]:  # fmt: skip
        with refused("ResourceNotFoundException"):
            call(ResourceArn=arn + "x", **given)


def test_a_stream_is_turned_off_and_another_one_on():
    with Lab(seed=1) as lab:
        made = Table()
        made.put(id="a")

        def stream(**given):
            given = {"TableName": "orders", "StreamSpecification": given}
            return made.db.update_table(**given)["TableDescription"]

        on = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        assert message(stream, **on) == "Table already has an enabled stream: TableName: orders"
        stream(StreamEnabled=False)
        made.put(id="b")
        assert [key for _, key, _ in made.happenings()] == ["a"]  # the old one is still read
        told = made.streams.describe_stream(StreamArn=made.stream_arn)["StreamDescription"]
        assert (told["StreamStatus"], told["StreamViewType"]) == ("DISABLED", "NEW_AND_OLD_IMAGES")
        assert message(stream, StreamEnabled=False) == (
            "Table has no stream to disable: TableName: orders"
        )
        with lab.running(seconds=1):
            pass
        made.stream_arn = stream(**on)["LatestStreamArn"]
        made.put(id="c")
        assert [key for _, key, _ in made.happenings()] == ["c"]
        with refused("ResourceNotFoundException"):
            made.streams.describe_stream(StreamArn="arn:aws:dynamodb:eu-west-1:1:no-stream-at-all")
