"""EventBridge: the classic bus, its rules, schedules of rules, archives."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, acts, moto, refused

WEB = refused(
    "API destinations: nothing leaves the machine",
    "let the rule invoke a function, or publish to a topic and use lab.serve(url, handler)",
)
PARTNER = refused(
    "event sources of partners: there are none", "call put_events with a source of your own"
)
ENDPOINT = refused("global endpoints", "put the events on the bus of each region")
POLICY = acts("kept and told again; nobody is asked for a permission here")

ROWS: dict[str, Verdict] = {
    "ActivateEventSource": PARTNER,
    "CancelReplay": acts(),
    "CreateApiDestination": WEB,
    "CreateArchive": acts(),
    "CreateConnection": WEB,
    "CreateEndpoint": ENDPOINT,
    "CreateEventBus": acts(),
    "CreatePartnerEventSource": PARTNER,
    "DeactivateEventSource": PARTNER,
    "DeauthorizeConnection": WEB,
    "DeleteApiDestination": WEB,
    "DeleteArchive": moto(),
    "DeleteConnection": WEB,
    "DeleteEndpoint": ENDPOINT,
    "DeleteEventBus": acts(),
    "DeletePartnerEventSource": PARTNER,
    "DeleteRule": acts(),
    "DescribeApiDestination": WEB,
    "DescribeArchive": acts(),
    "DescribeConnection": WEB,
    "DescribeEndpoint": ENDPOINT,
    "DescribeEventBus": acts(),
    "DescribeEventSource": PARTNER,
    "DescribePartnerEventSource": PARTNER,
    "DescribeReplay": acts(),
    "DescribeRule": acts(),
    "DisableRule": acts(),
    "EnableRule": acts(),
    "ListApiDestinations": moto(),
    "ListArchives": acts(),
    "ListConnections": moto(),
    "ListEndpoints": ENDPOINT,
    "ListEventBuses": acts(),
    "ListEventSources": PARTNER,
    "ListPartnerEventSourceAccounts": PARTNER,
    "ListPartnerEventSources": PARTNER,
    "ListReplays": acts(),
    "ListRuleNamesByTarget": acts(),
    "ListRules": acts(),
    "ListTagsForResource": acts(),
    "ListTargetsByRule": acts(),
    "PutEvents": acts(),
    "PutPartnerEvents": PARTNER,
    "PutPermission": POLICY,
    "PutRule": acts(),
    "PutTargets": acts(),
    "RemovePermission": POLICY,
    "RemoveTargets": acts(),
    "StartReplay": acts(),
    "TagResource": acts(),
    "TestEventPattern": acts(),
    "UntagResource": acts(),
    "UpdateApiDestination": WEB,
    "UpdateArchive": acts(),
    "UpdateConnection": WEB,
    "UpdateEndpoint": ENDPOINT,
    "UpdateEventBus": refused("the settings of a bus", "make the bus anew"),
}
