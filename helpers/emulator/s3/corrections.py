"""S3 as AWS describes it, where moto's differs: the corrections, for as long as they are wanted.

`events` has what S3 tells of an object, `delivery` how it is told, `configuration` to whom,
`conditions` the conditional writes, `digests` and `refusals` what is not taken. Everything else is
moto's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from itertools import count
from threading import local
from typing import Any

from moto.s3 import notifications
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from helpers.emulator.guard import applied
from helpers.emulator.s3 import conditions, configuration, digests, refusals
from helpers.emulator.s3.delivery import tell
from helpers.emulator.s3.events import Happening

EXPECTED_SOURCES = {
    **digests.EXPECTED_SOURCES,
    **refusals.EXPECTED_SOURCES,
    "moto.s3.notifications:send_event": "da8a7c7c6f2b",
    "moto.s3.notifications:send_test_event": "89bc68c5842c",
    "moto.s3.responses:S3Response.put_object": "992229be920b",
    "moto.s3.responses:S3Response.copy_object": "79d1ef627994",
    "moto.s3.responses:S3Response.delete_object": "1d979bff76a9",
    "moto.s3.responses:S3Response.get_bucket_notification": "82884034c165",
    "moto.s3.responses:S3Response._key_response_post": "d6ab8e66ad85",
    "moto.s3.responses:S3Response._notification_config_from_body": "80faf78dfed2",
    "moto.s3.models:S3Backend.complete_multipart_upload": "f16c9a08e5db",
    "moto.s3.models:S3Backend.put_object": "db803f2da9d7",
    "moto.s3.models:S3Backend.delete_object": "5c1677b52971",
    "moto.s3.models:S3Backend._set_delete_marker": "f95d9e59e39f",
    "moto.s3.models:S3Backend.put_bucket_notification_configuration": "b7cd2049d430",
    "moto.s3.models:FakeBucket.set_notification_configuration": "8c08be7129e0",
    "moto.s3.models:NotificationConfiguration.__init__": "22f9d87cecac",
    "moto.s3.models:Notification.matches": "a33bd0a13c45",
}
REMOVED = "s3:ObjectRemoved:Delete"
MARKED = "s3:ObjectRemoved:DeleteMarkerCreated"
COPIED = "s3:ObjectCreated:Copy"
COMPLETED = "s3:ObjectCreated:CompleteMultipartUpload"
_allowed = local()  # `events`: what the operation at work in this thread may tell of


def corrections() -> AbstractContextManager[None]:
    """Correct S3 for as long as the context is open.

    Raises
    ------
    UnexpectedMoto
        If the installed moto is not the one that the corrections were written for.
    """
    return applied(
        EXPECTED_SOURCES,
        (notifications, {"send_event": send_event, "send_test_event": lambda *_, **__: None}),
        (
            S3Backend,
            {
                "complete_multipart_upload": telling(COMPLETED)(
                    refusals.of_upload(S3Backend.complete_multipart_upload)
                ),
                "upload_part": refusals.of_upload(S3Backend.upload_part),
                "upload_part_copy": refusals.of_upload(S3Backend.upload_part_copy),
                "create_multipart_upload": refusals.of_key(S3Backend.create_multipart_upload),
                "put_object": refusals.of_key(S3Backend.put_object),
                "create_bucket": refusals.of_bucket(S3Backend.create_bucket),
                "list_objects_v2": refusals.of_page(S3Backend.list_objects_v2),
                "delete_object": delete_object(S3Backend.delete_object),
                "put_bucket_notification_configuration": configuration.put(
                    S3Backend.put_bucket_notification_configuration
                ),
            },
        ),
        (
            S3Response,
            {
                "put_object": telling("s3:ObjectCreated:Put")(
                    digests.compared(conditions.before(S3Response.put_object))
                ),
                "upload_part": digests.compared(S3Response.upload_part),
                "copy_object": telling(COPIED)(conditions.before(S3Response.copy_object)),
                "delete_object": conditions.any_match(S3Response.delete_object),
                "get_bucket_notification": configuration.get(S3Response.get_bucket_notification),
                "_key_response_post": conditions.before_completion(S3Response._key_response_post),
                "_notification_config_from_body": configuration.from_body(
                    S3Response._notification_config_from_body
                ),
            },
        ),
    )


# -- which events an operation makes: moto builds some from others, and tells of these too.


@contextmanager
def _only(*events: str) -> Iterator[None]:
    before = getattr(_allowed, "events", None)
    _allowed.events = events
    try:
        yield
    finally:
        _allowed.events = before


def telling(event: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let an operation tell of `event` and of nothing else."""

    def of(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def method(self: Any, *args: Any, **options: Any) -> Any:
            with _only(event):
                return original(self, *args, **options)

        return method

    return of


def send_event(account_id: str, event_name: str, bucket: FakeBucket, key: Any) -> None:
    """Replaces moto's, which sends at once, and swallows what goes wrong."""
    allowed = getattr(_allowed, "events", None)
    event = str(getattr(event_name, "value", event_name))
    if allowed is None or event in allowed:
        _tell(account_id, event, bucket, key.name, key)


def _tell(
    account_id: str, event: str, bucket: FakeBucket, name: str, key: Any, version: str | None = None
) -> None:
    if bucket.notification_configuration is None:
        return
    gone = event.startswith("s3:ObjectRemoved:")
    happening = Happening(
        event=event,
        bucket=bucket.name,
        region=bucket.region_name,
        account=account_id,
        key=name,
        version_id=version or (str(key.version_id) if bucket.is_versioned else None),
        size=None if gone else key.size,
        etag=None if gone else key.etag.strip('"'),
        number=next(vars(bucket).setdefault("numbers_of_events", count(1))),
    )
    tell(bucket.notification_configuration, happening)


# -- removal


def delete_object(original: Callable[..., Any]) -> Callable[..., Any]:
    """Tell of delete markers too, and of each version that is deleted. moto tells of the last."""

    @wraps(original)
    def method(
        self: S3Backend,
        bucket_name: str,
        key_name: str,
        version_id: str | None = None,
        bypass: bool = False,
    ) -> Any:
        bucket = self.get_bucket(bucket_name)
        held = bucket.keys.getlist(key_name, [])
        with _only():
            done, meta = original(self, bucket_name, key_name, version_id, bypass)
        if not done:
            return done, meta
        if bucket.is_versioned and version_id is None:
            _tell(self.account_id, MARKED, bucket, key_name, None, meta["version-id"])
        else:
            for key in held:
                if version_id is None or str(key.version_id) == str(version_id):
                    version = str(version_id) if version_id is not None else None
                    _tell(self.account_id, REMOVED, bucket, key_name, key, version)
        return done, meta

    return method
