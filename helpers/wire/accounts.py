"""What keeps the reader's accounts out of reach.

While a lab is open, no request of botocore leaves the process: clients made in it talk to moto, and
whatever would open a connection is refused by name. The guard stays after the lab is closed, so
that a cell run out of order cannot reach an account either; only a new kernel takes it away.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from botocore.httpsession import URLLib3Session

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


def arm_guard() -> None:
    """From now on, refuse every request of botocore that would leave this process."""
    URLLib3Session.send = _refuse  # type: ignore[method-assign]


def _refuse(session: Any, request: Any) -> None:
    raise RealNetworkRefused(
        f"refused to send a request to {request.url}: this kernel has opened a lab, and nothing "
        "leaves it. Make clients after `lab = Lab(...)`, without endpoint_url, and while the lab "
        "is open."
    )


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """The process's AWS settings, replaced as a whole and put back as a whole."""

    def own() -> dict[str, str]:
        return {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("AWS_", "BOTO_")) and name != "AWS_CA_BUNDLE"
        }

    before = own()
    for name in before:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name in own():
            del os.environ[name]
        os.environ.update(before)
