"""What stands behind a lab that is not the emulator in this process, and what keeps its things."""

from __future__ import annotations

import getpass
import re
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.account.keeping import Keeper
from helpers.account.register import Register
from helpers.clock import WallClock
from helpers.lab.agreement import account_at, agreed
from helpers.lab.place import Place
from helpers.lab.settings import Settings
from helpers.load import at_most
from helpers.trace import Trace
from helpers.wire.on_endpoint import OnEndpoint
from helpers.wire.way_out import WayOut

OF_A_RUN = 2 / 3  # the part of the longest run in which orders come


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
