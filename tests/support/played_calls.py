"""The same calls to plain moto and to the corrected one: what each says, but for ids and times."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

LEFT_OUT = {
    "CreatedTimestamp", "LastModifiedTimestamp", "SentTimestamp",
    "ApproximateFirstReceiveTimestamp", "Timestamp", "Signature", "SigningCertURL",
    "UnsubscribeURL", "SignatureVersion",
}  # fmt: skip
IDS = {"MessageId", "ReceiptHandle", "SequenceNumber", "NextToken"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Player:
    """Makes calls with one client, and takes down what each answers.

    `told` has a row for each call: its name, and the answer or the error's code and message.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.told: list[tuple[str, Any]] = []

    def __call__(self, operation: str, **parameters: Any) -> Any:
        """Make a call. Returns its answer, or None after an error."""
        try:
            answer = getattr(self.client, operation)(**parameters)
        except ClientError as error:
            said = error.response["Error"]
            self.told.append((operation, (said["Code"], compared(said["Message"]))))
            return None
        answer.pop("ResponseMetadata", None)
        self.told.append((operation, compared(answer)))
        return answer


def compared(value: Any, key: str = "") -> Any:
    """A value without what differs from run to run."""
    if isinstance(value, dict):
        found = {name: compared(part, name) for name, part in value.items()}
        return {name: part for name, part in found.items() if name not in LEFT_OUT}
    if isinstance(value, list):
        return [compared(part) for part in value]
    if key in IDS:
        return f"<{key}>"
    return UUID.sub("<id>", value) if isinstance(value, str) else value
