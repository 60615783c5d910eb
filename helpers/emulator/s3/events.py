"""What S3 tells of an object: which event, and the forms in which it is told.

Statements followed (S3 User Guide, November 2026):

- "Event message structure": one record, version 2.5; the key is URL-encoded, and `versionId` there
  if the bucket has versions. A removal has no size and no ETag. Of two events of one key, the later
  one has the greater `sequencer`, a hexadecimal number.
- "EventBridge event message structure": key as it is, `reason` is the API's operation, or for a
  removal `deletion-type` beside it.

The principals, the address and the host of a request are those of nobody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from moto.moto_api._internal import mock_random

VERSION = "2.5"
NOBODY = "AIDALAB"
ADDRESS = "127.0.0.1"
# Event, detail-type on the bus, reason there, deletion-type.
ON_THE_BUS = {
    "s3:ObjectCreated:Put": ("Object Created", "PutObject", None),
    "s3:ObjectCreated:Post": ("Object Created", "POST Object", None),
    "s3:ObjectCreated:Copy": ("Object Created", "CopyObject", None),
    "s3:ObjectCreated:CompleteMultipartUpload": (
        "Object Created", "CompleteMultipartUpload", None,
    ),
    "s3:ObjectRemoved:Delete": ("Object Deleted", "DeleteObject", "Permanently Deleted"),
    "s3:ObjectRemoved:DeleteMarkerCreated": (
        "Object Deleted", "DeleteObject", "Delete Marker Created",
    ),
    "s3:ObjectTagging:Put": ("Object Tags Added", None, None),
    "s3:ObjectTagging:Delete": ("Object Tags Deleted", None, None),
    "s3:ObjectAcl:Put": ("Object ACL Updated", None, None),
}  # fmt: skip


@dataclass
class Happening:
    """One event, as it was when the request was done."""

    event: str  # s3:ObjectCreated:Put
    bucket: str
    region: str
    account: str
    key: str
    version_id: str | None
    size: int | None  # bytes
    etag: str | None
    number: int  # of the bucket's events
    at: float = field(default_factory=time.time)  # epoch seconds
    request_id: str = field(default_factory=lambda: f"{mock_random.getrandbits(64):016X}")

    @property
    def bucket_arn(self) -> str:
        return f"arn:aws:s3:::{self.bucket}"

    @property
    def sequencer(self) -> str:
        return f"00{int(self.at):08X}{self.number:08X}"

    def message(self, configuration_id: str) -> dict[str, Any]:
        """What a queue, a topic and a function get."""
        moment = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        about: dict[str, Any] = {"key": quote_plus(self.key)}
        if self.size is not None:
            about |= {"size": self.size, "eTag": self.etag}
        if self.version_id is not None:
            about["versionId"] = self.version_id
        owner = {"principalId": NOBODY}
        record = {
            "eventVersion": VERSION,
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": moment.replace("+00:00", "Z"),
            "eventName": self.event.removeprefix("s3:"),
            "userIdentity": {"principalId": f"AWS:{NOBODY}"},
            "requestParameters": {"sourceIPAddress": ADDRESS},
            "responseElements": {"x-amz-request-id": self.request_id, "x-amz-id-2": "lab"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration_id,
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": owner,
                    "arn": self.bucket_arn,
                },
                "object": {**about, "sequencer": self.sequencer},
            },
        }
        return {"Records": [record]}

    def detail(self) -> dict[str, Any] | None:
        """The detail on the default bus; None if the bus hears nothing of such events."""
        if self.event not in ON_THE_BUS:
            return None
        _, reason, deletion = ON_THE_BUS[self.event]
        about: dict[str, Any] = {"key": self.key}
        if self.size is not None:
            about |= {"size": self.size, "etag": self.etag}
        if self.version_id is not None:
            about["version-id"] = self.version_id
        detail = {
            "version": "0",
            "bucket": {"name": self.bucket},
            "object": {**about, "sequencer": self.sequencer},
            "request-id": self.request_id,
            "requester": self.account,
            "source-ip-address": ADDRESS,
            "reason": reason,
            "deletion-type": deletion,
        }
        return {name: value for name, value in detail.items() if value is not None}

    @property
    def detail_type(self) -> str:
        return ON_THE_BUS[self.event][0]
