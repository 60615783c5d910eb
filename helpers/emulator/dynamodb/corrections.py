"""DynamoDB, corrected: this file opens the parts, one after another.

What each follows is beside it: in `items` (one item), `query` and `scan`,
`batches`, `transactions` (all or nothing, once per token), `writes` (one write, one record of the
stream), `ttl` (expired items), `streams` (reading a stream). Below them are the values (`values`,
`numbers`), the keys (`keys`), the items that are held (`store`), and `expressions`. moto keeps the
tables (`tables` and `definitions` check them), and reads PartiQL (`partiql`).

Left as moto has it: a read that need not be consistent returns the newest item all the same; two
requests never meet in one item, because each is carried out in one moment; no table has a limit of
throughput (`helpers.faults.throttling` turns requests away); a function that is mapped to a stream
runs inside the write, once (a worker that reads the stream does not).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from helpers.emulator.dynamodb import (
    batches,
    items,
    partiql,
    query,
    scan,
    streams,
    tables,
    transactions,
    ttl,
    writes,
)

PARTS = (tables, writes, items, query, scan, batches, partiql, transactions, ttl, streams)


@contextmanager
def corrections() -> Iterator[None]:
    """Correct DynamoDB and its streams for as long as the context is open."""
    with ExitStack() as stack:
        for part in PARTS:
            stack.enter_context(part.corrections())
        yield
