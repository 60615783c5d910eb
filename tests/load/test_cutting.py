"""A load is cut for as long as a block lasts that asks for it, and no longer."""

from helpers import load
from helpers.load.cutting import at_most


def last_of_a_load():
    return load.orders(arrivals=[5.0, 15.0, 25.0, 35.0], seed=1)[-1].placed_at


def test_blocks_need_not_be_nested():
    """A lab is opened before the one before it is closed."""
    said = []
    first, second = at_most(10, said.append), at_most(20, said.append)
    first.__enter__()
    assert last_of_a_load() == 5
    second.__enter__()
    assert last_of_a_load() == 15
    first.__exit__(None, None, None)
    assert last_of_a_load() == 15
    second.__exit__(None, None, None)
    assert last_of_a_load() == 35
    assert len(said) == 3
