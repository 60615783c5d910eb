"""What stands behind a lab: the emulator in this process, an endpoint, or an account that is named.

Nothing that is set by accident leads to AWS. An endpoint is taken from the reader's settings if it
is this machine's own; any other is named in ``Lab(endpoint=…)``; and an account is reached only if
``Lab(account=…, regions=…)`` names it, its own STS says so too, and the reader agrees to what it
may cost.
"""

from __future__ import annotations

import getpass
import math
import os
import re
import secrets
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.exceptions
import botocore.session

from helpers.account.keeping import Keeper
from helpers.account.names import check_account
from helpers.account.register import Register
from helpers.clock import WallClock
from helpers.costs import estimate
from helpers.lab.progress import in_kernel
from helpers.lab.settings import Settings
from helpers.load import at_most
from helpers.trace import Trace
from helpers.wire import places
from helpers.wire.accounts import REGION, passing
from helpers.wire.on_endpoint import OnEndpoint
from helpers.wire.places import EndpointRefused
from helpers.wire.way_out import Allowed, WayOut, origin

NOBODY = "123456789012"  # key of an emulator; some take one of twelve digits as the account
OF_A_RUN = 2 / 3  # the part of the longest run in which orders come
NO_STS = "000000000000"  # the account of an emulator that has no STS


_agreed: set[tuple[str, Allowed, Settings]] = set()  # in this kernel


class AccountRefused(RuntimeError):
    """An account that a lab does not use, and why."""


@dataclass(frozen=True)
class Place:
    """Where a lab's calls go.

    Attributes
    ----------
    settings : mapping
        The process's AWS settings while the lab is open.
    account : str, optional
        The account that the reader has named; None for an emulator.
    """

    settings: Mapping[str, str] = field(repr=False)  # keys are among them
    allowed: Allowed
    region: str
    account: str | None = None

    @property
    def name(self) -> str:
        """As a sentence can have it."""
        where = ", ".join(sorted(self.allowed.origins))
        return f"the account {self.account}" if self.account else where


def place(asked: Settings) -> Place | None:
    """Where what was asked and the reader's settings lead; None: to the emulator in this process.

    Raises
    ------
    EndpointRefused, AccountRefused, ValueError
        With the value.
    """
    account, regions, endpoint = asked.account, asked.regions, asked.endpoint
    region = _checked(account, regions)
    if endpoint is None:
        found = places.configured(region)
    else:
        found = {"AWS_ENDPOINT_URL": places.checked(endpoint)}
    for name, url in found.items():
        if places.is_aws(url):
            raise EndpointRefused(f"{url} is AWS: name the account, Lab(account=…, regions=…)")
        if endpoint is None and not places.is_loopback(places.checked(url)):
            raise EndpointRefused(
                f"{name} is {url}, which is not on this machine. Name it if you mean it, "
                f"Lab(endpoint={url!r}), or unset it for the emulator in this process."
            )
    origins = frozenset(origin(url) for url in found.values())
    if account is None and not found:
        return None
    settings = {
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **found,
    }
    if account is None:
        keys = {"AWS_ACCESS_KEY_ID": NOBODY, "AWS_SECRET_ACCESS_KEY": "lab"}
        return Place({**settings, **keys}, Allowed(NOBODY, origins), region)
    keys = _credentials(account)
    allowed = Allowed(keys["AWS_ACCESS_KEY_ID"], origins, () if found else regions)
    return Place({**settings, **keys}, allowed, region, account)


def _checked(account: str | None, regions: tuple[str, ...]) -> str:
    """The region in which the lab begins."""
    if account is None:
        if regions:
            raise ValueError(f"regions belong to an account: Lab(account=…, regions={regions!r})")
        return REGION
    check_account(account)
    known = botocore.session.Session().get_available_regions("sqs")
    if not regions:
        raise ValueError(f"regions are a tuple such as ('eu-west-1',), got {regions!r}")
    for region in regions:
        if region not in known:
            raise ValueError(f"botocore knows no region {region!r} with SQS")
    return str(regions[0])


def _credentials(account: str) -> dict[str, str]:
    """The reader's own keys, as boto3 finds them: variables, a profile, SSO, a container."""
    try:
        with passing(aws=True):  # SSO and containers are asked over the network
            found = botocore.session.Session().get_credentials()
            keys = found.get_frozen_credentials() if found else None
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise AccountRefused(
            f"boto3 could not get keys for the account {account}: {error}"
        ) from error
    if keys is None or not keys.access_key:
        raise AccountRefused(
            f"boto3 finds no keys for the account {account}: log in (aws sso login) or set "
            "AWS_PROFILE, and open the lab again"
        )
    given = {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key}
    return given | ({"AWS_SESSION_TOKEN": keys.token} if keys.token else {})


def opened(
    where: Place,
    trace: Trace,
    asked: Settings,
    visit: Callable[[], AbstractContextManager[Any]],
) -> OnEndpoint:
    """Open the endpoint or the account, once it has said who it is and the reader has agreed.

    Raises
    ------
    EndpointRefused, AccountRefused
        See `account_at` and `agreed`.
    """

    def keep(client: Callable[[str], Any]) -> Keeper:
        account = account_at(where, client)
        agreed(where, asked)
        return keeper(where, account, asked, client)

    return OnEndpoint(
        WallClock(),
        trace,
        way_out=WayOut(where.allowed),
        settings=where.settings,
        keep=keep,
        calls=asked.calls,
        seconds=60 * asked.minutes,
        is_emulator=where.account is None,
        visit=visit,
    )


def shortened(asked: Settings, tell: Callable[[str], None]) -> AbstractContextManager[None]:
    """Loads of the length that a run can hold, with time left for the work on them."""
    return at_most(OF_A_RUN * asked.longest, tell)


def account_at(where: Place, client: Callable[[str], Any]) -> str:
    """The account that answers, from its STS; it has to be the one that was named.

    Raises
    ------
    EndpointRefused
        If nobody answers.
    AccountRefused
        If the keys are refused, or belong to another account.
    """
    try:
        told = str(client("sts").get_caller_identity()["Account"])
    except (botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError) as error:
        raise EndpointRefused(
            f"{where.name} does not answer: {error}. Start the emulator, or unset AWS_ENDPOINT_URL "
            "for the emulator in this process."
        ) from None
    except botocore.exceptions.ClientError as error:
        if where.account is None:
            return NO_STS
        raise AccountRefused(f"STS refuses the keys for {where.name}: {error}") from error
    except botocore.exceptions.BotoCoreError:  # an answer that is none of STS's
        if where.account is None:
            return NO_STS
        raise
    if where.account is not None and told != where.account:
        raise AccountRefused(
            f"the keys that boto3 finds belong to the account {told}, and the lab was given "
            f"{where.account}. Nothing was made."
        )
    return told


def agreed(where: Place, asked: Settings) -> None:
    """Tell what a run may cost, and let the reader agree to it before anything is made.

    Raises
    ------
    AccountRefused
        If the reader does not.
    """
    if where.account is None:
        return
    known = (where.account, where.allowed, asked)
    cost = estimate(calls=asked.calls, minutes=asked.minutes)
    cents = math.ceil(cost.dollars * 100) / 100
    print(f"{where.name}, {', '.join(where.allowed.regions) or where.region}: {cost.text}")
    if known in _agreed:
        return  # the same as a lab before, and each is told
    typed = _asked(f"Type the account id to go on ({where.account}): ")
    if typed is None:
        if asked.dollars is None or asked.dollars < cents:
            raise AccountRefused(
                f"nobody is there to be asked, and the lab was given dollars={asked.dollars!r}, "
                f"which do not cover the {cents:.2f} that it may cost at most. Lab(account=…, "
                f"regions=…, dollars={cents:.2f}) agrees to them."
            )
    elif typed.strip() != where.account:
        raise AccountRefused(f"{typed!r} is not {where.account}. Nothing was made.")
    _agreed.add(known)


def _asked(question: str) -> str | None:
    """What the reader types; None where nobody can."""
    if not _can_ask():
        return None
    try:
        return input(question)
    except (EOFError, OSError, RuntimeError, NotImplementedError):  # a kernel without a reader
        return None


def _can_ask() -> bool:
    return in_kernel() or (sys.stdin is not None and sys.stdin.isatty())


def keeper(where: Place, account: str, asked: Settings, client: Callable[[str], Any]) -> Keeper:
    """Keeps what this lab makes, under a prefix of its own."""
    owner = "reader"
    with suppress(OSError, KeyError):  # a machine without a name for its user
        owner = re.sub(r"[^\w .:/=+@-]", "-", getpass.getuser())[:128] or owner
    return Keeper(
        account=account,
        region=where.region,
        prefix=f"eda-{secrets.token_hex(2)}-",
        owner=owner,
        expires=datetime.now(UTC) + timedelta(minutes=2 * asked.minutes),
        register=Register() if where.account else _passing_register(),
        client=client,
    )


def _passing_register() -> Register:
    """One for an emulator, whose things are gone with it: nobody needs to find them later."""
    register = Register(folder := tempfile.mkdtemp())
    weakref.finalize(register, shutil.rmtree, folder, ignore_errors=True)
    return register
