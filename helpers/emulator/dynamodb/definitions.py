"""What CreateTable and UpdateTable refuse in the definition of a table.

Words: errors of AWS collected in public by live probes in two regions (2026), answers of AWS
recorded in a public conformance suite (2026), and the public tests of dynalite, which run against
AWS.

A name of one or two characters is taken: so says the API model (min 1), and small programs have
such names. AWS itself asks for three in CreateTable (Developer Guide, "Naming rules").
"""

from __future__ import annotations

import re
from typing import Any

from helpers.emulator.dynamodb.refusals import ENVELOPE, INVALID, Invalid

Body = dict[str, Any]
LOCAL, GLOBAL = "LocalSecondaryIndexes", "GlobalSecondaryIndexes"
MOST_LOCAL, MOST_GLOBAL, MOST_OF_A_KIND = 5, 20, 4
PAID = "PAY_PER_REQUEST"
NAME = re.compile(r"[a-zA-Z0-9_.-]+")
LONGEST_NAME = 255
ON_DEMAND = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified"


def check_name(name: str) -> None:
    """Refuse a name that no table has; an ARN is not looked at.

    Raises
    ------
    Invalid
        With the name.
    """
    if name.startswith("arn:"):
        return
    if len(name) > LONGEST_NAME:
        wrong = f"Member must have length less than or equal to {LONGEST_NAME}"
    elif not NAME.fullmatch(name):
        wrong = f"Member must satisfy regular expression pattern: {NAME.pattern}"
    else:
        return
    raise Invalid(f"{ENVELOPE}Value '{name}' at 'tableName' failed to satisfy constraint: {wrong}")


def check_table(body: Body) -> None:
    """Refuse a table that cannot be made.

    Raises
    ------
    Invalid
        In AWS's words.
    """
    check_name(body["TableName"])
    for name in ("attributeDefinitions", "keySchema"):
        if body.get(name[0].upper() + name[1:]) is None:
            raise Invalid(
                f"{ENVELOPE}Value null at '{name}' failed to satisfy constraint: "
                "Member must not be null"
            )
    if len(body["KeySchema"]) > 2:
        elements = ", ".join(
            f"KeySchemaElement(attributeName={one['AttributeName']}, keyType={one['KeyType']})"
            for one in body["KeySchema"]
        )
        raise Invalid(
            f"{ENVELOPE}Value '[{elements}]' at 'keySchema' failed to satisfy constraint: "
            "Member must have length less than or equal to 2"
        )
    _check_throughput(body)
    _check_stream(body.get("StreamSpecification"))
    defined = [one["AttributeName"] for one in body["AttributeDefinitions"]]
    for name in defined:
        if defined.count(name) > 1:
            raise Invalid(f"Attribute Name is duplicated: {name}")
    if len(body["KeySchema"]) > len(defined):
        raise Invalid("Invalid KeySchema: Some index key attribute have no definition")
    check_schema(body["KeySchema"], defined)
    _check_indexes(body, defined)
    used = [one["AttributeName"] for schema in _schemas(body) for one in schema]
    if set(defined) - set(used):
        if body.get(LOCAL) is None and body.get(GLOBAL) is None:
            raise Invalid(
                f"{INVALID}Number of attributes in KeySchema does not exactly match number of "
                "attributes defined in AttributeDefinitions"
            )
        raise Invalid(
            f"{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: "
            f"{_listed(defined)}, keys used: {_listed(list(dict.fromkeys(used)))}"
        )


def _schemas(body: Body) -> list[list[Body]]:
    return [
        body["KeySchema"],
        *(index["KeySchema"] for kind in (LOCAL, GLOBAL) for index in body.get(kind) or ()),
    ]


def _listed(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


def _check_throughput(body: Body) -> None:
    given = body.get("ProvisionedThroughput")
    if body.get("BillingMode") == PAID:
        if given is not None:
            raise Invalid(f"{INVALID}{ON_DEMAND} when BillingMode is {PAID}")
    elif given is None:
        raise Invalid(
            f"{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED"
        )


def _check_stream(given: Body | None) -> None:
    if given is None:
        return
    if given.get("StreamEnabled") and given.get("StreamViewType") is None:
        raise Invalid(
            f"{INVALID}Table is being created with a stream enabled, UpdateViewType is required"
        )
    if not given.get("StreamEnabled") and given.get("StreamViewType") is not None:
        raise Invalid(
            f"{INVALID}Table is being created with a stream disabled, UpdateViewType should not be "
            "specified"
        )


def check_schema(schema: list[Body], defined: list[str]) -> None:
    """Refuse a key that is none, of a table or an index.

    Raises
    ------
    Invalid
        In AWS's words.
    """
    names = [one["AttributeName"] for one in schema]
    if any(name not in defined for name in names):
        raise Invalid(
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: {_listed(names)}, AttributeDefinitions: {_listed(defined)}"
        )
    if len(set(names)) < len(names):
        raise Invalid(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
            if len(names) == 2
            else "The KeySchema contains multiple key attributes with the same name"
        )
    kinds = [one["KeyType"] for one in schema]
    if kinds[0] != "HASH":
        raise Invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if sorted(kinds) != kinds:
        raise Invalid(
            f"{INVALID}All HASH key attributes must precede RANGE key attributes in the KeySchema"
        )
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > MOST_OF_A_KIND:
            raise Invalid(
                f"{INVALID}The KeySchema exceeds the maximum allowed number of {kind} key "
                "attributes"
            )


def _check_indexes(body: Body, defined: list[str]) -> None:
    if len(body["KeySchema"]) == 2 and body["KeySchema"][1]["KeyType"] != "RANGE":
        raise Invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    seen: set[str] = set()
    for kind in (LOCAL, GLOBAL):
        given = body.get(kind)
        if given is not None and not given:
            raise Invalid(f"{INVALID}List of {kind} is empty")
        for index in given or ():
            check_schema(index["KeySchema"], defined)
            check_projection(index["Projection"])
            if kind == LOCAL:
                _check_local(body["KeySchema"], index)
            else:
                check_index_throughput(index, paid=body.get("BillingMode") == PAID)
            if index["IndexName"] in seen:
                raise Invalid(f"{INVALID}Duplicate index name: {index['IndexName']}")
            seen.add(index["IndexName"])
    if len(body.get(LOCAL) or ()) > MOST_LOCAL:
        raise Invalid(
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of {MOST_LOCAL}"
        )
    if len(body.get(GLOBAL) or ()) > MOST_GLOBAL:
        raise Invalid(
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of {MOST_GLOBAL}"
        )


def _check_local(schema: list[Body], index: Body) -> None:
    if len(schema) < 2:
        raise Invalid(
            f"{INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex"
        )
    if len(index["KeySchema"]) < 2:
        raise Invalid(
            f"{INVALID}Index KeySchema does not have a range key for index: {index['IndexName']}"
        )
    ours, its = schema[0]["AttributeName"], index["KeySchema"][0]["AttributeName"]
    if ours != its:
        raise Invalid(
            f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema "
            f"for index: {index['IndexName']}. index hash key: {its}, table hash key: {ours}"
        )


def check_projection(given: Body) -> None:
    """Refuse a projection that says too little or too much.

    Raises
    ------
    Invalid
        In AWS's words.
    """
    kind, names = given.get("ProjectionType"), given.get("NonKeyAttributes")
    if kind is None:
        raise Invalid(f"{INVALID}Unknown ProjectionType: null")
    if kind == "INCLUDE" and names is None:
        raise Invalid(f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and names is not None:
        raise Invalid(f"{INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified")


def check_index_throughput(index: Body, *, paid: bool) -> None:
    """Refuse throughput of an index whose table has none, and the other way round.

    Raises
    ------
    Invalid
        With the index.
    """
    given, name = index.get("ProvisionedThroughput"), index["IndexName"]
    if paid and given is not None:
        raise Invalid(
            f"{INVALID}ProvisionedThroughput should not be specified for index: {name} when "
            f"BillingMode is {PAID}"
        )
    if not paid and given is None:
        raise Invalid(f"{INVALID}ProvisionedThroughput is not specified for index: {name}")
