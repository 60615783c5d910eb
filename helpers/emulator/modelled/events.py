"""EventBridge: the classic bus, its rules, schedules of rules, archives."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import KEPT, Verdict, acts, moto, refused

WEB = refused(
    "API destinations: nothing leaves the machine",
    "let the rule invoke a function, or publish to a topic and use lab.serve(url, handler)",
)
PARTNER = refused(
    "event sources of partners: there are none", "call put_events with a source of your own"
)
ENDPOINT = refused("global endpoints", "put the events on the bus of each region")

ROWS: dict[str, Verdict] = {
    "ActivateEventSource": PARTNER,
    "CancelReplay": acts(),
    "CreateApiDestination": WEB,
    "CreateArchive": acts(),
    "CreateConnection": WEB,
    "CreateEndpoint": ENDPOINT,
    "CreateEventBus": moto(),
    "CreatePartnerEventSource": PARTNER,
    "DeactivateEventSource": PARTNER,
    "DeauthorizeConnection": WEB,
    "DeleteApiDestination": WEB,
    "DeleteArchive": moto(),
    "DeleteConnection": WEB,
    "DeleteEndpoint": ENDPOINT,
    "DeleteEventBus": moto(),
    "DeletePartnerEventSource": PARTNER,
    "DeleteRule": moto(),
    "DescribeApiDestination": WEB,
    "DescribeArchive": acts(),
    "DescribeConnection": WEB,
    "DescribeEndpoint": ENDPOINT,
    "DescribeEventBus": moto(),
    "DescribeEventSource": PARTNER,
    "DescribePartnerEventSource": PARTNER,
    "DescribeReplay": acts(),
    "DescribeRule": moto(),
    "DisableRule": acts(),
    "EnableRule": acts(),
    "ListApiDestinations": moto(),
    "ListArchives": acts(),
    "ListConnections": moto(),
    "ListEndpoints": ENDPOINT,
    "ListEventBuses": moto(),
    "ListEventSources": PARTNER,
    "ListPartnerEventSourceAccounts": PARTNER,
    "ListPartnerEventSources": PARTNER,
    "ListReplays": acts(),
    "ListRuleNamesByTarget": moto(),
    "ListRules": moto(),
    "ListTagsForResource": moto(),
    "ListTargetsByRule": moto(),
    "PutEvents": acts(),
    "PutPartnerEvents": PARTNER,
    "PutPermission": KEPT,
    "PutRule": acts(),
    "PutTargets": acts(),
    "RemovePermission": KEPT,
    "RemoveTargets": moto(),
    "StartReplay": acts(),
    "TagResource": moto(),
    "TestEventPattern": acts(),
    "UntagResource": moto(),
    "UpdateApiDestination": WEB,
    "UpdateArchive": acts(),
    "UpdateConnection": WEB,
    "UpdateEndpoint": ENDPOINT,
    "UpdateEventBus": refused("the settings of a bus", "make the bus anew"),
}
