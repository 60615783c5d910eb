"""PartiQL: what a statement finds and changes, alone, in a batch and in a transaction."""

from __future__ import annotations

import pytest
from emulated_dynamodb import KEY, Indexed, message, plain, refused, typed

from helpers import Lab
from helpers.emulator.not_modelled import NotModelled

WHERE = "WHERE pk='a' AND sk = '1'"


@pytest.fixture
def table():
    with Lab(seed=1):
        table = Indexed()
        table.put(x=1, l=[1, {"y": 2}], b=b"\xff", g="g")
        table.put(sk="2", x=5)
        yield table


def run(table, statement, *parameters):
    given = {"Parameters": list(typed(dict(enumerate(parameters))).values())} if parameters else {}
    found = table.db.execute_statement(Statement=statement, **given)
    return [plain(item) for item in found["Items"]]


@pytest.mark.parametrize(
    ("statement", "parameters", "found"),
    [
        ("SELECT sk FROM indexed", [], "12"),
        ("SELECT sk FROM \"indexed\" WHERE pk='a' AND sk='1'", [], "1"),
        ("select sk from indexed where pk=? and sk>=?", ["a", "2"], "2"),
        ("SELECT sk FROM indexed WHERE x BETWEEN 2 AND 9", [], "2"),
        ("SELECT sk FROM indexed WHERE x IN [1, 2]", [], "1"),
        ("SELECT sk FROM indexed WHERE NOT (x = 1 OR x = 2)", [], "2"),
        ("SELECT sk FROM indexed WHERE begins_with(g, 'g')", [], "1"),
        ("SELECT sk FROM indexed WHERE g IS MISSING", [], "2"),
        ("SELECT sk FROM indexed WHERE l[1].y = 2", [], "1"),
        ("SELECT sk FROM indexed WHERE x = '1'", [], ""),
        ("SELECT sk FROM indexed WHERE pk='a' ORDER BY sk DESC", [], "21"),
        ('SELECT sk FROM "indexed"."by_g"', [], "1"),
    ],
)
def test_select(table, statement, parameters, found):
    assert "".join(item["sk"] for item in run(table, statement, *parameters)) == found


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ("SET x = 7", {"x": 7}),
        ("SET x = x + 1 SET z = 'it''s'", {"x": 2, "z": "it's"}),
        ("SET l = list_append(l, [3]) REMOVE g", {"l": [1, {"y": 2}, 3], "g": None}),
        ("REMOVE l[0]", {"l": [{"y": 2}]}),
        ("SET z = set_add(z, <<'a'>>)", {"z": {"a"}}),
        ("SET z = {'m': [TRUE, NULL, -1.5]}", {"z": {"m": [True, None, -1.5]}}),
    ],
)
def test_update(table, change, after):
    before = table.get()
    [shown] = run(table, f"UPDATE indexed {change} {WHERE} RETURNING ALL NEW *")
    wanted = {name: one for name, one in {**before, **after}.items() if one is not None}
    assert shown == table.get() == wanted


def test_insert_and_delete(table):
    assert run(table, "INSERT INTO indexed VALUE {'pk': ?, 'sk': '9'}", "z") == []
    assert table.get(pk="z", sk="9") == {"pk": "z", "sk": "9"}
    with refused("DuplicateItemException"):
        run(table, "INSERT INTO indexed VALUE {'pk': 'z', 'sk': '9'}")
    [shown] = run(table, "DELETE FROM indexed WHERE pk='z' AND sk='9' RETURNING ALL OLD *")
    assert shown == {"pk": "z", "sk": "9"}
    assert run(table, "DELETE FROM indexed WHERE pk='z' AND sk='9'") == []


def test_what_is_refused(table):
    before = table.scan()["Items"]
    for statement in ("garbage", "SELECT", "SELECT * FROM indexed WHERE", "SELECT count(*) FROM t"):
        said = message(run, table, statement)
        assert said.startswith("Statement wasn't well formed, can't be processed: ")
    assert message(run, table, "DELETE FROM indexed WHERE pk='a'") == (
        "Where clause does not contain a mandatory equality on all key attributes"
    )
    assert message(run, table, "SELECT * FROM indexed WHERE pk = ?") == (
        "Number of parameters in request and statement don't match."
    )
    with refused("ConditionalCheckFailedException"):
        run(table, f"UPDATE indexed SET x = 2 {WHERE} AND x = 9")
    with refused("ConditionalCheckFailedException"):
        run(table, "UPDATE indexed SET x = 2 WHERE pk='none' AND sk='1'")
    with refused("ResourceNotFoundException"):
        run(table, "SELECT * FROM gone")
    with pytest.raises(NotModelled, match="Limit"):
        table.db.execute_statement(Statement="SELECT * FROM indexed", Limit=1)
    assert table.scan()["Items"] == before


def test_each_statement_of_a_batch_has_its_answer(table):
    statements = [
        f"SELECT x FROM indexed {WHERE}",
        "SELECT x FROM indexed",
        "INSERT INTO indexed VALUE {'pk': 'a', 'sk': '1'}",
        f"UPDATE indexed SET x = 3 {WHERE}",
        "SELECT * FROM gone WHERE pk='a'",
    ]
    answers = table.db.batch_execute_statement(
        Statements=[{"Statement": statement} for statement in statements]
    )["Responses"]
    assert answers[0] == {"TableName": "indexed", "Item": typed({"x": 1})}
    codes = [answer.get("Error", {}).get("Code") for answer in answers[1:]]
    assert codes == ["ValidationError", "DuplicateItem", None, "ResourceNotFound"]
    assert table.get()["x"] == 3


def test_a_transaction_is_all_or_nothing(table):
    def transact(*statements):
        table.db.execute_transaction(
            TransactStatements=[{"Statement": statement} for statement in statements]
        )

    insert = "INSERT INTO indexed VALUE {'pk': 'b', 'sk': '1'}"
    exists = f"EXISTS(SELECT * FROM indexed {WHERE} AND x = %s)"
    with refused("TransactionCanceledException", "[None, ConditionalCheckFailed]"):
        transact(insert, exists % 9)
    assert table.get(pk="b") is None
    transact(insert, exists % 1)
    assert table.get(pk="b") == {**KEY, "pk": "b"}
    assert "multiple operations on one item" in message(
        transact, f"UPDATE indexed SET x = 3 {WHERE}", f"DELETE FROM indexed {WHERE}"
    )
