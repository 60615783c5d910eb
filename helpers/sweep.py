"""Remove what earlier runs left on an account: ``python -m helpers.sweep --account 123456789012``.

A run removes what it made. One whose kernel was killed could not; what it made is in the register
(`helpers.account.register`). This removes what is there of processes that have ended on this
machine, and of any whose time is over. An account is touched only if the command line names it and
AWS says that the credentials are of it.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers.account.ending import remove_entries, told
from helpers.account.refusals import explain
from helpers.account.regions import check_account, partition_of
from helpers.account.register import Entry, Register
from helpers.account.tagged import Found, tagged_things

PATIENT = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})


class CannotSweep(RuntimeError):
    """Why nothing is touched."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep as the command line says.

    Returns
    -------
    int
        0 if all is removed that should be, 1 if something is left, 2 if nothing was tried.
    """
    asked = _parser().parse_args(arguments)
    register = Register(asked.register)
    contents = register.read()
    for sentence in contents.damage:
        print(f"Damaged, and left aside: {sentence}")
    if asked.list:
        _list(contents.entries, asked.account)
        return 0
    if asked.account is None:
        print("Name the account that is to be swept: --account 123456789012. --list shows what is")
        print(f"in the register: {len(contents.entries)} resources.")
        return 2
    try:
        return _sweep(asked, register, contents.entries)
    except CannotSweep as error:
        print(error)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.sweep", description="Remove what earlier runs left on an account."
    )
    parser.add_argument("--account", type=_account, help="the twelve digits of the account")
    parser.add_argument("--list", action="store_true", help="show the register, and touch nothing")
    parser.add_argument(
        "--expired-only", action="store_true",
        help="leave what is not expired, also if the process that made it has ended",
    )  # fmt: skip
    parser.add_argument(
        "--region", action="append", type=_region, default=[],
        help="only this region; may be given more than once",
    )  # fmt: skip
    parser.add_argument(
        "--tags", action="store_true",
        help="also what carries the project's tag and is not in the register, if it is expired",
    )  # fmt: skip
    parser.add_argument("--owner", help="with --tags: also what this owner made and is not expired")
    parser.add_argument("--register", help="the folder of the register")
    return parser


def _account(text: str) -> str:
    try:
        return check_account(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _region(text: str) -> str:
    try:
        partition_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


# -- what there is


def _list(entries: list[Entry], account: str | None) -> None:
    shown = [entry for entry in entries if account in (None, entry.account)]
    for entry in shown:
        print(
            f"{entry.kind} {entry.name} in {entry.account} {entry.region}, of {entry.owner}, made "
            f"{_when(entry.made_at)}, expires {_when(entry.expires_at)}: {_state(entry)}"
        )
    of = f" of account {account}" if account else ""
    print(f"{len(shown)} resources{of} are in the register.")


def _state(entry: Entry) -> str:
    if entry.expired:
        return "expired"
    if entry.maker_is_gone:
        return "its process has ended"
    return "in use, as far as can be known here"


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


# -- removing


def _sweep(asked: argparse.Namespace, register: Register, entries: list[Entry]) -> int:
    others = sorted({entry.account for entry in entries if entry.account != asked.account})
    mine = [entry for entry in entries if entry.account == asked.account]
    if asked.region:
        mine = [entry for entry in mine if entry.region in asked.region]
    over = [e for e in mine if e.expired or (e.maker_is_gone and not asked.expired_only)]
    regions = sorted({entry.region for entry in mine} | set(asked.region))
    if not over and not asked.tags:
        print(f"Nothing to remove in account {asked.account}.")
        _tell_of_the_rest(mine, over, others)
        return 0
    if not regions:
        raise CannotSweep(
            "The register names no region of this account. Say where to look for tags: --region "
            "eu-west-1"
        )
    _confirm(asked.account, regions[0])
    entries = list(reversed(over))
    if asked.tags:
        entries += [found for region in regions for found in _tagged(asked, region, mine)]
    done = remove_entries(entries, register, _where)
    for sentence in told(done):
        print(sentence)
    _tell_of_the_rest(mine, over, others)
    register.tidy(own=True)
    return 1 if any(each.error for each in done) else 0


def _where(entry: Entry) -> tuple[Callable[[str], Any], str]:
    return functools.partial(_client, entry.region), partition_of(entry.region)


def _tagged(asked: argparse.Namespace, region: str, known: list[Entry]) -> list[Entry]:
    """What carries the project's tag, is not in the register, and is over; the rest is told."""
    try:
        things = tagged_things(functools.partial(_client, region), asked.account, region)
    except (ClientError, BotoCoreError) as error:
        raise CannotSweep(_sentence(error, "resourcegroupstaggingapi", "GetResources")) from None
    over = []
    in_register = {(entry.region, entry.kind, entry.name) for entry in known}
    for thing in things:
        if (region, thing.entry.kind, thing.entry.name) in in_register:
            continue
        if thing.entry.expired or (asked.owner and thing.entry.owner == asked.owner):
            over.append(thing.entry)
        else:
            print(_left(thing))
    return over


def _left(thing: Found) -> str:
    until = _when(thing.entry.expires_at) if thing.expires_is_known else "an unknown time"
    return (
        f"Left: {thing.entry.kind} {thing.entry.name} of {thing.entry.owner}, in use until {until}."
        f" --owner {thing.entry.owner!r} removes it now."
    )


def _tell_of_the_rest(mine: list[Entry], over: list[Entry], others: list[str]) -> None:
    if left := len(mine) - len(over):
        print(f"Left: {left} resources in use, or made on another machine and not expired.")
    if others:
        print(f"Not touched: what the register has of other accounts ({', '.join(others)}).")


@functools.cache
def _client(region: str, service: str) -> Any:
    return boto3.client(service, region_name=region, config=PATIENT)


def _confirm(account: str, region: str) -> None:
    """Go on only if AWS says that these credentials are of this account."""
    try:
        found = _client(region, "sts").get_caller_identity()["Account"]
    except (ClientError, BotoCoreError) as error:
        raise CannotSweep(_sentence(error, "sts", "GetCallerIdentity")) from None
    if found != account:
        raise CannotSweep(
            f"Your credentials are of account {found}, and you named {account}. Nothing is "
            "touched. Name the profile of that account in AWS_PROFILE"
        )


def _sentence(error: Exception, service: str, operation: str) -> str:
    if isinstance(error, ClientError):
        error = explain(error, service, operation, {})
    return f"Nothing is touched, since {service} did not answer: {error}"


if __name__ == "__main__":
    sys.exit(main())
