"""Eight changes to two services, one for each facet of coupling, and what is due under each.

Each is a function that returns a `Change` for each design. They are in `where`, `what` and `when`.
"""

import pandas as pd

from helpers.lessons.lesson_01 import what, when, where

CHANGES = {
    "technology": where.technology, "location": where.location, "topology": where.topology,
    "data format": what.data_format, "semantic": what.semantic, "conversation": what.conversation,
    "order": when.ordering, "temporal": when.temporal,
}  # fmt: skip
FACETS = tuple(CHANGES)
# Two more, each beside one of the eight: the other half of location, and a shorter way for order.
CHANGES |= {"wiring": where.wiring, "own memory": when.own_memory}


def due(facet, orders):
    """What the books have to say of each order. DataFrame, one column for each book that counts."""
    table = pd.DataFrame({"charged": {order.order_id: order.amount for order in orders}})
    if facet == "topology":
        table["mailed"] = 1
    if facet == "conversation":
        table["told"] = (table["charged"] > what.LIMIT).astype(int)
        table.loc[table["told"] == 1, "charged"] = 0
    if facet in ("order", "own memory"):
        table.loc[[when.cancels(name) for name in table.index], "charged"] = 0
    return table
