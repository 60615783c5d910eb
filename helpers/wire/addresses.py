"""Where the reader's settings would send boto3: to AWS, or to an endpoint that is no part of it.

The settings are those that boto3 itself reads: ``AWS_ENDPOINT_URL``, one per service
(``AWS_ENDPOINT_URL_SQS``), ``endpoint_url`` and ``services`` in a profile, and
``AWS_IGNORE_CONFIGURED_ENDPOINT_URLS``. They are not read here a second time: clients are made, and
asked for their address.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import ipaddress
import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import botocore.exceptions
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from helpers.wire.connections import is_of_aws
from helpers.wire.session import loader

# What the lessons use: an endpoint that is set for one of these is set for the lab.
SERVICES = (
    "sqs", "sns", "events", "lambda", "stepfunctions", "dynamodb", "s3", "scheduler", "cloudwatch",
    "iam", "sts", "logs",
)  # fmt: skip
SETTING = "endpoint_url"
AMBIGUOUS = re.compile(r"[\\\s\x00-\x1f\x7f]")


class EndpointRefused(RuntimeError):
    """An address that a lab does not talk to."""


def configured(region: str) -> dict[str, str]:
    """Where the reader's settings send services elsewhere than to AWS's own addresses.

    Returns
    -------
    dict
        Addresses by the name of the variable that sets just this: ``AWS_ENDPOINT_URL_SQS``. Empty
        if nothing is set, or is to be ignored.

    Raises
    ------
    EndpointRefused
        If the settings cannot be read, or set an address of AWS by hand.
    """
    return dict(_configured(region, _settings())) if mentioned() else {}


def _settings() -> str:
    """Stands for all that boto3 reads an address from, secrets among it: while it is the same, so
    are the addresses.
    """
    variables = sorted(item for item in os.environ.items() if item[0].startswith("AWS_"))
    read = repr((variables, [_read(file) for file in _files()]))
    return hashlib.sha256(read.encode()).hexdigest()


@functools.lru_cache(maxsize=16)
def _configured(region: str, _: str) -> Mapping[str, str]:
    """What `configured` says. To make the clients takes half a second."""
    found = {}
    try:
        session = botocore.session.Session()
        session.register_component("data_loader", loader())
        for service in SERVICES:
            name, url = _address(session, service, region)
            checked(url)
            if not is_aws(url):
                found[name] = url
            elif url != _address(session, service, region, ignore_configured_endpoint_urls=True)[1]:
                raise EndpointRefused(
                    f"your settings send {service} to AWS by an address of its own, {url}. A lab "
                    "reaches AWS only with an account named: see the page “On your own account”."
                )
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        raise EndpointRefused(
            f"boto3 cannot read your AWS settings, in which an endpoint is mentioned: {error}"
        ) from error
    if found and (everywhere := os.environ.get("AWS_ENDPOINT_URL")):
        found["AWS_ENDPOINT_URL"] = everywhere  # of all other services
    return found


def host_of(url: str) -> str:
    """The host of an address, if there is one reading of it.

    Python and the library that opens the connection must see the same: they part at a backslash.

    Raises
    ------
    ValueError
        With the address.
    """
    if AMBIGUOUS.search(url):
        raise ValueError(f"an address has no backslash, blank or control character, got {url!r}")
    host = urlsplit(url).hostname or ""
    opened = (parse_url(url).host or "").strip("[]").lower()
    if opened != host.lower():
        raise ValueError(f"{url!r} can be read as {host!r} and as {opened!r}")
    return host


def is_aws(url: str) -> bool:
    """Whether an address belongs to AWS."""
    return is_of_aws(host_of(url))


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own, by whatever name: every address of it is."""
    host = host_of(url)
    if is_of_aws(host):  # whatever a hosts file says
        return False
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(one).is_loopback for one in found)


def checked(url: str) -> str:
    """An address as the reader gave it, if it is one that HTTP can be spoken to.

    Raises
    ------
    ValueError
        With the value.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and host_of(url) and parts.port != 0
    except (LocationParseError, ValueError, TypeError, AttributeError):
        good = False
    if not good:
        raise ValueError(f"an endpoint is an address like http://127.0.0.1:4566, got {url!r}")
    return url


def _address(
    session: botocore.session.Session, service: str, region: str, **settings: bool
) -> tuple[str, str]:
    config = Config(signature_version=UNSIGNED, **settings)
    client = session.create_client(service, region_name=region, config=config)
    of = client.meta.service_model.service_id.replace(" ", "_").upper()
    return f"AWS_ENDPOINT_URL_{of}", str(client.meta.endpoint_url)


def mentioned() -> bool:
    """Whether any setting speaks of an endpoint. Most labs end here, in microseconds."""
    if any(name.startswith("AWS_ENDPOINT_URL") and value for name, value in os.environ.items()):
        return True
    return any(SETTING in _read(file) for file in _files())


def _files() -> list[Path]:
    """The reader's files of settings, which need not be there."""
    return [
        Path(os.path.expandvars(os.environ.get(variable) or usual)).expanduser()
        for variable, usual in (
            ("AWS_CONFIG_FILE", "~/.aws/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        )
    ]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
