"""DynamoDB Streams: what changed in a table."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, acts

ROWS: dict[str, Verdict] = {
    "DescribeStream": acts(),
    "GetRecords": acts(),
    "GetShardIterator": acts(),
    "ListStreams": acts(),
}
