"""The line of a standard queue with message groups: a fair queue.

"In standard queues, using MessageGroupId enables fair queues." (SQS API model in botocore 1.44.5,
`SendMessageRequest`.) The rule is that of the SQS Developer Guide, "How Amazon SQS fair queues
work" (November 2026):

- "A tenant is marked as a noisy neighbor when either of the following is true": it "accounts for
  more than 10% of in-flight messages in the queue and has at least 30 of its own messages in
  flight", or its "recent share of total consumer processing time exceeds 10%".
- "Consumer instances polling for messages receive messages from quiet tenants whenever quiet-tenant
  messages are available." Nothing is dropped or throttled. Of several noisy tenants, first comes
  "the noisy tenant with the fewest in-flight messages".
- It is no longer noisy when its "backlog has been fully consumed", or when "no messages from the
  tenant have been in flight for a continuous period of 5 minutes".
- "Each message without a MessageGroupId is treated as belonging to its own distinct tenant."

What AWS leaves open is chosen here. Processing time is time in flight, and a second of it counts
for less the longer it is ago: by a factor of e in `RECENT` seconds. A tenant is looked at when one
of its messages is next in line. A message without a group is always quiet: it is its tenant's only
one, so while it is in flight that tenant has no backlog.
"""

from collections import OrderedDict
from collections.abc import Iterable
from math import exp

from helpers.emulator.sqs.heap import IndexedHeap
from helpers.emulator.sqs.line import NEVER, RECEIVES_BEFORE_THE_BACK, Gauges, StandardLine
from helpers.emulator.sqs.message import StoredMessage

SHARE = 0.10 * (1 + 1e-9)  # so that rounding makes nobody noisy who has exactly ten percent
NOISY_IN_FLIGHT = 30  # messages
CALM = 300.0  # seconds without a message in flight, after which a tenant is quiet
RECENT = 300.0  # seconds; see above
FORGOTTEN = 20 * RECENT  # seconds, after which a tenant without messages has left no trace


class Load:
    """Messages in flight, and the processing time that they have cost of late, in seconds."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._spent = 0.0
        self._at = 0.0

    def change(self, by: int, moment: float) -> None:
        """So many messages more, or fewer, are in flight."""
        self._spent = self.spent(moment)
        self._at = max(self._at, moment)
        self.in_flight += by

    def spent(self, moment: float) -> float:
        """The recent processing time: what it was has faded, what is in flight has added to it."""
        faded = exp(-max(0.0, moment - self._at) / RECENT)
        return self._spent * faded + self.in_flight * RECENT * (1 - faded)


class Tenant:
    """One message group."""

    def __init__(self) -> None:
        self.messages: OrderedDict[StoredMessage, None] = OrderedDict()  # all, oldest first
        self.visible: IndexedHeap[StoredMessage] = IndexedHeap()  # by place in line
        self.load = Load()
        self.calm_since = -NEVER  # when it last had no message in flight any more

    def oldest(self) -> float | None:
        """When the oldest message arrived that does not count as failing."""
        for message in self.messages:
            if message.receives_here < RECEIVES_BEFORE_THE_BACK:
                return message.arrived_at
        return None


class FairLine:
    """Quiet tenants in the order of sending, then noisy ones by their messages in flight.

    Parameters
    ----------
    before
        The line that the queue had until its first message with a group.
    messages, in_flight
        What the queue held by then, and which of it was in flight.
    """

    def __init__(
        self,
        *,
        before: StandardLine,
        messages: Iterable[StoredMessage],
        in_flight: Iterable[StoredMessage],
    ) -> None:
        self._last = before.last
        self._alone = Tenant()  # all tenants of one message without a group
        self._alone.messages = OrderedDict.fromkeys(messages)
        self._alone.visible = before.visible
        self._tenants: dict[str | None, Tenant] = {None: self._alone}
        self._taken = set(in_flight)
        self._all = Load()
        self._all.in_flight = self._alone.load.in_flight = len(self._taken)
        self._quiet: IndexedHeap[Tenant] = IndexedHeap()  # with a backlog; by place in line
        self._noisy: IndexedHeap[Tenant] = IndexedHeap()  # by messages in flight
        self._calm: IndexedHeap[Tenant] = IndexedHeap()  # noisy, with none in flight; by since when
        self._empty: IndexedHeap[str] = IndexedHeap()  # groups without messages; by since when

    def enter(self, message: StoredMessage) -> None:
        self._last += 1
        message.order = self._last
        self._tenant_of(message).messages[message] = None

    def _tenant_of(self, message: StoredMessage) -> Tenant:
        group = message.group_id
        tenant = self._tenants.get(group)
        if tenant is None:
            tenant = self._tenants[group] = Tenant()
        self._empty.discard(group)
        return tenant

    def ready(self, message: StoredMessage, moment: float) -> bool:
        self._come_back(message, moment)
        tenant = self._tenant_of(message)
        if message.receives_here >= RECEIVES_BEFORE_THE_BACK:
            self.enter(message)
        tenant.messages[message] = None  # the copy of a deleted message was not there any more
        tenant.visible.put(message, message.order)
        self._place(tenant)
        return True

    def leave(self, message: StoredMessage, moment: float) -> bool:
        self._come_back(message, moment)
        tenant = self._tenants[message.group_id]
        del tenant.messages[message]
        tenant.visible.discard(message)
        self._place(tenant)
        if not tenant.messages and tenant is not self._alone:
            self._empty.put(message.group_id, moment)
            for group in self._empty.pop_through(moment - FORGOTTEN):
                del self._tenants[group]
        return False

    def take(self, count: int, moment: float) -> list[StoredMessage]:
        self._calm_down(moment)
        taken: list[StoredMessage] = []
        while len(taken) < count and (tenant := self._next(moment)) is not None:
            message = tenant.visible.pop()
            taken.append(message)
            self._taken.add(message)
            self._all.change(1, moment)
            tenant.load.change(1, moment)
            self._calm.discard(tenant)
            self._place(tenant)
        return taken

    def _next(self, moment: float) -> Tenant | None:
        """The tenant whose message is next: a quiet one, or else a noisy one."""
        alone = self._alone.visible.first_key()
        while (order := self._quiet.first_key()) is not None and (alone is None or order < alone):
            tenant = self._quiet.first()
            if not self._is_loud(tenant, moment):
                return tenant
            self._mark(tenant)
        if alone is not None:
            return self._alone
        return self._noisy.first() if self._noisy else None

    def _is_loud(self, tenant: Tenant, moment: float) -> bool:
        load = tenant.load
        if not load.in_flight and moment - tenant.calm_since >= CALM:
            return False
        if load.in_flight >= NOISY_IN_FLIGHT and load.in_flight > SHARE * self._all.in_flight:
            return True
        return load.spent(moment) > SHARE * self._all.spent(moment)

    def _mark(self, tenant: Tenant) -> None:
        self._quiet.discard(tenant)
        self._noisy.put(tenant, tenant.load.in_flight)
        if not tenant.load.in_flight:
            self._calm.put(tenant, tenant.calm_since)

    def _calm_down(self, moment: float) -> None:
        """Let tenants be quiet again that have long had nothing in flight."""
        for tenant in self._calm.pop_through(moment - CALM):
            self._noisy.discard(tenant)
            self._place(tenant)

    def _come_back(self, message: StoredMessage, moment: float) -> None:
        """The message is not in flight any more, if it was."""
        if message not in self._taken:
            return
        self._taken.remove(message)
        self._all.change(-1, moment)
        tenant = self._tenants[message.group_id]
        tenant.load.change(-1, moment)
        if not tenant.load.in_flight:
            tenant.calm_since = moment
            if tenant in self._noisy:
                self._calm.put(tenant, moment)

    def _place(self, tenant: Tenant) -> None:
        """Put a tenant where it belongs. One without a backlog is neither noisy nor in line."""
        if tenant is self._alone:
            return
        # The heaps hold nobody twice, and each has an order of its own: quiet ones by their oldest
        # message, noisy ones by what they have in flight, so that the least noisy is served first.
        order = tenant.visible.first_key()
        if order is None:
            for heap in (self._quiet, self._noisy, self._calm):
                heap.discard(tenant)
        elif tenant in self._noisy:
            self._noisy.put(tenant, tenant.load.in_flight)
        else:
            self._quiet.put(tenant, order)

    def next_change(self) -> float:
        since = self._calm.first_key()
        return NEVER if since is None else since + CALM

    def gauge(self, gauges: Gauges, moment: float) -> None:
        """The metrics of a fair queue. While a tenant is noisy, this looks at all tenants."""
        self._calm_down(moment)
        counts, noisy = gauges.counts, list(self._noisy)
        in_flight = sum(tenant.load.in_flight for tenant in noisy)
        visible = sum(len(tenant.visible) for tenant in noisy)
        delayed = sum(len(tenant.messages) for tenant in noisy) - in_flight - visible
        counts["ApproximateNumberOfNoisyGroups"] = len(noisy)
        for state, loud in (("Visible", visible), ("NotVisible", in_flight), ("Delayed", delayed)):
            name = f"ApproximateNumberOfMessages{state}"
            counts[f"{name}InQuietGroups"] = counts.get(name, 0) - loud
        name = "ApproximateAgeOfOldestMessage"
        oldest = self._oldest_quiet() if noisy else gauges.since.get(name)
        if oldest is None:
            counts[f"{name}InQuietGroups"] = 0
        else:
            gauges.since[f"{name}InQuietGroups"] = oldest

    def _oldest_quiet(self) -> float | None:
        quiet = (tenant for tenant in self._tenants.values() if tenant not in self._noisy)
        ages = [tenant.oldest() for tenant in quiet]
        return min((age for age in ages if age is not None), default=None)
