"""What AWS says against a request, word for word.

Recorded answers of AWS: the public conformance suite that also has four-region captures (2026,
"exact error messages" of each operation), and the public tests of dynalite, which run against AWS.
"""

from __future__ import annotations

import pytest
from emulated_dynamodb import KEY, Indexed, message, typed, with_values

from helpers import Lab

ONE = "1 validation error detected: "
CONDITIONS = {
    "": "The expression can not be empty;",
    "((a = :s))": "The expression has redundant parentheses;",
    "a = ((:s))": "The expression has redundant parentheses;",
    "#m = :s": "An expression attribute name used in the document path is not defined; "
    "attribute name: #m",
    "a = :none": "An expression attribute value used in expression is not defined; "
    "attribute value: :none",
    "name = :s": "Attribute name is a reserved keyword; reserved keyword: name",
    "foo(a)": "Invalid function name; function: foo",
    "size(a)": "The function is not allowed to be used this way in an expression; function: size",
    "a = contains(b, :s)": "The function is not allowed to be used this way in an expression; "
    "function: contains",
    "begins_with(a)": "Incorrect number of operands for operator or function; operator or "
    "function: begins_with, number of operands: 1",
    "begins_with(a, :n)": "Incorrect operand type for operator or function; operator or function: "
    "begins_with, operand type: N",
    "size(:n) > :n": "Incorrect operand type for operator or function; operator or function: size, "
    "operand type: N",
    "attribute_type(a, :s)": "Invalid attribute type name found; type: s, valid types: "
    "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    "attribute_exists(:s)": "Operator or function requires a document path; operator or function: "
    "attribute_exists",
    "contains(a, a)": "The first operand must be distinct from the remaining operands for this "
    "operator or function; operator: contains, first operand: [a]",
    "a BETWEEN :t AND :s": "The BETWEEN operator requires upper bound to be greater than or equal "
    "to lower bound; lower bound operand: AttributeValue: {S:t}, upper bound operand: "
    "AttributeValue: {S:s}",
    "a BETWEEN :n AND :s": "The BETWEEN operator requires same data type for lower and upper "
    "bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: "
    "{S:s}",
    "a > 4": 'Syntax error; token: "4", near: "> 4"',
    "a =": 'Syntax error; token: "<EOF>", near: "="',
    "_a = :s": 'Syntax error; token: "_", near: "_a"',
}
UPDATES = {
    "INVALID SYNTAX HERE": 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"',
    "": "The expression can not be empty;",
    "SET a = :n SET b = :n": 'The "SET" section can only be used once in an update expression;',
    "SET a = :n, a.b = :n": "Two document paths overlap with each other; must remove or rewrite "
    "one of these paths; path one: [a], path two: [a, b]",
    "SET a.b = :n, a[1] = :n": "Two document paths conflict with each other; must remove or "
    "rewrite one of these paths; path one: [a, b], path two: [a, [1]]",
    "SET a = foo(:n)": "Invalid function name; function: foo",
    "SET a = list_append(b, :n)": "Incorrect operand type for operator or function; operator or "
    "function: list_append, operand type: N",
    "SET a = b + :s": "Incorrect operand type for operator or function; operator or function: +, "
    "operand type: S",
    "SET a = if_not_exists(:n, :n)": "Operator or function requires a document path; operator or "
    "function: if_not_exists",
    "ADD a :s": "Incorrect operand type for operator or function; operator: ADD, operand type: "
    "STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    "DELETE a :n": "Incorrect operand type for operator or function; operator: DELETE, operand "
    "type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
}
ITEMS = {
    "SET a = b": "The provided expression refers to an attribute that does not exist in the item",
    "SET m.x.y = :n": "The document path provided in the update expression is invalid for update",
    "SET label[0] = :n": "The document path provided in the update expression is invalid for "
    "update",
    "SET a = label + :n": "An operand in the update expression has an incorrect data type",
    "SET a = list_append(label, :l)": "An operand in the update expression has an incorrect data "
    "type",
    "ADD label :n": "An operand in the update expression has an incorrect data type",
    "DELETE label :set": "An operand in the update expression has an incorrect data type",
    "SET pk = :s": "One or more parameter values were invalid: Cannot update attribute pk. This "
    "attribute is part of the key",
    "SET g = :n": "One or more parameter values were invalid: Type mismatch for Index Key g "
    "Expected: S Actual: N IndexName: by_g",
    "SET g = :empty": "One or more parameter values are not valid. The update expression attempted "
    "to update a secondary index key to a value that is not supported. The AttributeValue for a "
    "key attribute cannot contain an empty string value.",
    "SET g.x = :n": "Key attributes must be scalars; list random access '[]' and map lookup '.' "
    "are not allowed: IndexKey: g",
}
VALUES = {"s": "s", "t": "t", "n": 1, "l": [1], "set": {"x"}, "empty": ""}
KEYS = {
    "sk = :s": "Query condition missed key schema element: pk",
    "a = :s": "Query condition missed key schema element: pk",
    "pk = :s AND a = :s": "Query condition missed key schema element: sk",
    "pk > :s": "Query key condition not supported",
    "pk = :n": "One or more parameter values were invalid: Condition parameter type does not match "
    "schema type",
    "pk = :empty": "One or more parameter values are not valid. The AttributeValue for a key "
    "attribute cannot contain an empty string value. Key: pk",
    "pk = :s AND pk = :t": "KeyConditionExpressions must only contain one condition per key",
    "size(pk) = :n": "KeyConditionExpressions cannot contain nested operations",
    "pk = :s AND pk.x = :s": "KeyConditionExpressions cannot have conditions on nested attributes",
    "pk = sk": "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
    "condition",
    ":s = :t": "Invalid condition in KeyConditionExpression: No key attribute specified",
    "pk = :s AND :s BETWEEN sk AND :t": "Invalid condition in KeyConditionExpression: BETWEEN "
    "operator must have the key attribute as its first operand",
    "pk = :s AND sk BETWEEN :t AND :s": "Invalid KeyConditionExpression: "
    + CONDITIONS["a BETWEEN :t AND :s"],
    "((pk = :s))": "Invalid KeyConditionExpression: The expression has redundant parentheses;",
    "": "Invalid KeyConditionExpression: The expression can not be empty;",
}


@pytest.fixture
def table():
    with Lab(seed=1):
        table = Indexed()
        table.put(label="x", m={}, n=1)
        yield table


def used(text):
    """The values that an expression names."""
    found = {name: value for name, value in VALUES.items() if f":{name}" in text.split(" ")}
    return found | {n: v for n, v in VALUES.items() if any(f":{n}{c}" in text for c in ",)")}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions(table, text):
    wanted = f"Invalid ConditionExpression: {CONDITIONS[text]}"
    given = with_values(used(text))
    said = message(table.delete_item, Key=typed(KEY), ConditionExpression=text, **given)
    assert said == ONE + wanted
    said = message(table.scan, FilterExpression=text, **given)
    assert said == wanted.replace("Condition", "Filter", 1)


@pytest.mark.parametrize("text", UPDATES)
def test_updates(table, text):
    said = message(table.update, text, **used(text))
    assert said == f"{ONE}Invalid UpdateExpression: {UPDATES[text]}"


@pytest.mark.parametrize("text", ITEMS)
def test_what_an_item_makes_of_an_update(table, text):
    before = table.get()
    assert message(table.update, text, **used(text)) == ITEMS[text]
    assert table.get() == before


@pytest.mark.parametrize("text", KEYS)
def test_key_conditions(table, text):
    given = with_values(used(text))
    assert message(table.query, KeyConditionExpression=text, **given) == KEYS[text]


def test_placeholders(table):
    def delete(**given):
        return message(table.delete_item, Key=typed(KEY), **given)

    exists = {"ConditionExpression": "attribute_exists(a)"}
    unused = "Value provided in ExpressionAttribute{} unused in expressions: keys: {{{}}}"
    given = {"ExpressionAttributeNames": {"#a": "a", "#b": "b"}}
    assert delete(**exists, **given) == ONE + unused.format("Names", "#a, #b")
    given = {"ExpressionAttributeValues": typed({":a": 1})}
    assert delete(**exists, **given) == ONE + unused.format("Values", ":a")
    assert delete(**given) == (
        ONE + "ExpressionAttributeValues can only be specified when using expressions"
    )
    assert message(table.scan, **given) == (
        "ExpressionAttributeValues can only be specified when using expressions: "
        "FilterExpression is null"
    )
    assert delete(**exists, ExpressionAttributeValues={}) == (
        ONE + "ExpressionAttributeValues must not be empty"
    )
    assert delete(**exists, ExpressionAttributeNames={"a": "a"}) == (
        ONE + 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'
    )
    assert delete(**exists, Expected={"a": {"Exists": False}}) == (
        f"{ONE}Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"
    )


def test_projections(table):
    overlap = (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: {}"
    )
    assert message(table.scan, ProjectionExpression="a, a") == overlap.format("[a]")
    assert message(table.scan, ProjectionExpression="a, a.b") == overlap.format("[a, b]")
    assert message(table.get_item, Key=typed(KEY), ProjectionExpression="pk.x") == (
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
        "allowed: Key: pk"
    )


@pytest.mark.parametrize("operation", ["put_item", "delete_item"])
@pytest.mark.parametrize("wanted", ["ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_what_a_put_and_a_delete_return(table, operation, wanted):
    given = {"Item" if operation == "put_item" else "Key": typed(KEY), "ReturnValues": wanted}
    said = message(getattr(table, operation), **given)
    assert said == f"{ONE}ReturnValues can only be ALL_OLD or NONE"


def test_filters_on_keys(table):
    def query(**given):
        values = typed({":k": "a", ":x": "x"})
        return message(table.query, ExpressionAttributeValues=values, **given)

    wanted = (
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
    )
    by_key = {"KeyConditionExpression": "pk = :k"}
    assert query(**by_key, FilterExpression="sk = :x") == wanted + "sk"
    assert query(**by_key, FilterExpression="another = :x OR pk = :x") == wanted + "pk"
    by_index = {"KeyConditionExpression": "g = :k", "IndexName": "by_g"}
    assert query(**by_index, FilterExpression="g = :x") == wanted + "g"
    values = {"ExpressionAttributeValues": typed({":k": "a", ":x": "x"})}
    table.query(**by_index, FilterExpression="sk = :x", **values)
    table.scan(FilterExpression="pk = :k AND sk = :x", **values)


def test_pages(table):
    by_key = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": typed({":p": "a"})}
    assert message(table.query, **by_key, ExclusiveStartKey=typed({"pk": "a"})) == (
        "The provided starting key is invalid"
    )
    assert message(table.query, **by_key, ExclusiveStartKey=typed({"pk": "b", "sk": "1"})) == (
        "The provided starting key is outside query boundaries based on provided conditions"
    )
    assert message(table.scan, ExclusiveStartKey=typed({"bad": "a"})) == (
        "The provided starting key is invalid: The provided key element does not match the schema"
    )
    assert message(table.scan, Segment=0) == (
        "The TotalSegments parameter is required but was not present in the request when Segment "
        "parameter is present"
    )
    assert message(table.scan, Segment=5, TotalSegments=5) == (
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
        "Segment: 5 is not less than TotalSegments: 5"
    )
    specific = (
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES"
    )
    assert message(table.scan, Select="SPECIFIC_ATTRIBUTES") == specific
    assert message(table.query, **by_key, Select="SPECIFIC_ATTRIBUTES") == ONE + specific
    assert message(table.scan, IndexName="none") == (
        "The table does not have the specified index: none"
    )
    assert message(table.scan, IndexName="by_g", ConsistentRead=True) == (
        "Consistent reads are not supported on global secondary indexes"
    )


def test_what_a_global_index_does_not_hold():
    with Lab(seed=1):
        table = Indexed(projection="INCLUDE", NonKeyAttributes=["a"])
        given = {
            "IndexName": "by_g",
            "KeyConditionExpression": "g = :g",
            "ExpressionAttributeValues": typed({":g": "x"}),
        }
        assert message(table.query, **given, Select="ALL_ATTRIBUTES") == (
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
            "supported for global secondary index by_g because its projection type is not ALL"
        )
        assert message(table.query, **given, ProjectionExpression="a, b") == (
            "One or more parameter values were invalid: Global secondary index by_g does not "
            "project [b]"
        )
        table.put(g="x", a=1, b=2)
        assert table.query(**given)["Items"] == [typed({**KEY, "g": "x", "a": 1})]
