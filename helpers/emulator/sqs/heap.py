"""A heap whose items can be moved and taken out, at a cost that does not grow with their number.

A queue asks the same question of several orders: which message is next in line, which becomes
visible first, which is the oldest. Each is one `IndexedHeap` of messages by another key. An item
that is taken out leaves a hole in the heap. Holes are dropped when they come to the top, or all
at once when they outnumber the items, so that deleted messages are not kept in memory.
"""

import heapq
from collections.abc import Hashable, Iterator
from itertools import count
from typing import Any, Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class IndexedHeap(Generic[Item]):
    """Items ordered by key, smallest first. Equal keys come out in the order they were put in."""

    def __init__(self) -> None:
        self._heap: list[list[Any]] = []  # [key, serial number, item], item None once taken out
        self._entries: dict[Item, list[Any]] = {}
        self._serial = count()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, item: Item) -> bool:
        return item in self._entries

    def __iter__(self) -> Iterator[Item]:
        """The items, in no particular order."""
        return iter(self._entries)

    def put(self, item: Item, key: float) -> None:
        """Add the item, or move it if it is there already."""
        self.discard(item)
        entry = [key, next(self._serial), item]
        self._entries[item] = entry
        heapq.heappush(self._heap, entry)

    def discard(self, item: Item) -> None:
        """Take the item out, if it is there."""
        entry = self._entries.pop(item, None)
        if entry is not None:
            entry[2] = None
            if len(self._heap) > 2 * len(self._entries) + 64:
                self._heap = [entry for entry in self._heap if entry[2] is not None]
                heapq.heapify(self._heap)

    def key(self, item: Item) -> float:
        """The key of an item that is in the heap; `KeyError` if it is not."""
        return self._entries[item][0]

    def first_key(self) -> float | None:
        """The smallest key, or None when the heap is empty."""
        heap = self._heap
        while heap and heap[0][2] is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def first(self) -> Item:
        """The item with the smallest key, which stays; `IndexError` when the heap is empty."""
        self.first_key()  # drops the holes
        return self._heap[0][2]

    def pop(self) -> Item:
        """Take out the item with the smallest key; `IndexError` when the heap is empty."""
        self.first_key()  # drops the holes
        item: Item = heapq.heappop(self._heap)[2]
        del self._entries[item]
        return item

    def pop_through(self, limit: float) -> Iterator[Item]:
        """Take out, one by one, the items whose key is at most `limit`."""
        while (key := self.first_key()) is not None and key <= limit:
            yield self.pop()
