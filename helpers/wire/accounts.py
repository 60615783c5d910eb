"""What keeps the reader's accounts out of reach.

From the first lab on, and until the kernel ends, none of these leaves the process:

- a request of botocore or aiobotocore, to whatever address (`sdks`): while a lab is open, clients
  made in it talk to moto, and after it is closed, or in a cell run out of order, they are refused;
- a connection to AWS by other means, and one that moto would open of itself (`connections`, which
  says what it cannot see).

The one way out is `passing`, which a lab on an endpoint or on a named account takes for each
request that it has looked at (`helpers.wire.way_out`). The reader's own traffic to other places is
left alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from threading import local

from helpers.wire import connections, sdks

REGION = "eu-west-1"
# What botocore would find lying about, replaced as a whole: credentials, profiles, endpoints,
# retry settings. Values that name nobody's account.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "lab",
    "AWS_SECRET_ACCESS_KEY": "lab",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",  # moto has no such addresses for streams
}


class RealNetworkRefused(RuntimeError):
    """A request would have left this process."""


_armed = False
_pass = local()  # its attribute `given`: None, or whether the calling thread may send to AWS too


def arm_guard() -> None:
    """From now on, refuse what would leave this process."""
    global _armed
    if not _armed:
        _armed = True
        sdks.close(_refuse_request)
        connections.watch(_refuse_connection)


@contextlib.contextmanager
def passing(*, aws: bool) -> Iterator[None]:
    """Let the calling thread send, for the length of the block: what has been looked at.

    Without `aws`, a connection to AWS is refused all the same.
    """
    before, _pass.given = _given(), aws
    try:
        yield
    finally:
        _pass.given = before


def _given() -> bool | None:
    return getattr(_pass, "given", None)


def _refuse_request(url: str) -> None:
    if _given() is not None:
        return
    raise RealNetworkRefused(
        f"refused to send a request to {url}: this kernel has opened a lab, and nothing leaves it. "
        "Make clients after `lab = Lab(...)`, without endpoint_url, and while the lab is open."
    )


def _refuse_connection(place: str) -> None:
    if _given():
        return
    raise RealNetworkRefused(
        f"refused to open {place}: this kernel has opened a lab, and nothing of AWS's leaves it. "
        "Call the service with boto3 while a lab is open, or restart the kernel to reach AWS."
    )


@contextlib.contextmanager
def environment(values: Mapping[str, str] = ENVIRONMENT) -> Iterator[None]:
    """The process's AWS settings, replaced as a whole and put back as a whole.

    What the reader has set meanwhile stays set.
    """

    def own() -> dict[str, str]:
        return {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("AWS_", "BOTO_")) and name != "AWS_CA_BUNDLE"
        }

    before = own()
    for name in before:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        changed = {name: value for name, value in own().items() if values.get(name) != value}
        for name in own():
            del os.environ[name]
        os.environ.update(before | changed)
