"""What comes before the first call to an endpoint or an account: who it is, and the reader's yes.

An account is used only if its own STS says that it is the one that was named, and the reader agrees
to what it may cost.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import botocore.exceptions

from helpers.costs import estimate
from helpers.lab.place import AccountRefused, Place
from helpers.lab.progress import in_kernel
from helpers.lab.settings import Settings
from helpers.wire.addresses import EndpointRefused
from helpers.wire.way_out import Allowed

NO_STS = "000000000000"  # the account of an emulator that has no STS

_agreed: set[tuple[str, Allowed, Settings]] = set()  # in this kernel


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
