"""SNS: topics that deliver to queues, functions and addresses."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import KEPT, Verdict, acts, moto, refused

PHONE = refused("text messages: nobody here has a telephone", "subscribe a queue or a function")
PUSH = refused("push to mobile devices: there are none", "subscribe a queue or a function")

ROWS: dict[str, Verdict] = {
    "AddPermission": KEPT,
    "CheckIfPhoneNumberIsOptedOut": PHONE,
    "ConfirmSubscription": acts(),
    "CreatePlatformApplication": PUSH,
    "CreatePlatformEndpoint": PUSH,
    "CreateSMSSandboxPhoneNumber": PHONE,
    "CreateTopic": acts(),
    "DeleteEndpoint": PUSH,
    "DeletePlatformApplication": PUSH,
    "DeleteSMSSandboxPhoneNumber": PHONE,
    "DeleteTopic": moto(),
    "GetDataProtectionPolicy": refused(
        "nothing looks for personal data in messages", "leave it out of them"
    ),
    "GetEndpointAttributes": PUSH,
    "GetPlatformApplicationAttributes": PUSH,
    "GetSMSAttributes": PHONE,
    "GetSMSSandboxAccountStatus": PHONE,
    "GetSubscriptionAttributes": moto(),
    "GetTopicAttributes": acts(),
    "ListEndpointsByPlatformApplication": PUSH,
    "ListOriginationNumbers": PHONE,
    "ListPhoneNumbersOptedOut": PHONE,
    "ListPlatformApplications": PUSH,
    "ListSMSSandboxPhoneNumbers": PHONE,
    "ListSubscriptions": acts(),
    "ListSubscriptionsByTopic": acts(),
    "ListTagsForResource": moto(),
    "ListTopics": moto(),
    "OptInPhoneNumber": PHONE,
    "Publish": acts(),
    "PublishBatch": acts(),
    "PutDataProtectionPolicy": refused(
        "nothing looks for personal data in messages", "leave it out of them"
    ),
    "RemovePermission": KEPT,
    "SetEndpointAttributes": PUSH,
    "SetPlatformApplicationAttributes": PUSH,
    "SetSMSAttributes": PHONE,
    "SetSubscriptionAttributes": acts(),
    "SetTopicAttributes": acts(),
    "Subscribe": acts(),
    "TagResource": moto(),
    "Unsubscribe": moto(),
    "UntagResource": moto(),
    "VerifySMSSandboxPhoneNumber": PHONE,
}
