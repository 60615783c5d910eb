"""Accounts and regions: what is the id of one, and in which partition a region is."""

from __future__ import annotations

import contextlib
import functools
import re
from typing import Any

import botocore.exceptions
import botocore.session

ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]")


def check_account(account: Any) -> str:
    """The id of an account, if it is one.

    Raises
    ------
    ValueError
        With the value.
    """
    if not isinstance(account, str) or not ACCOUNT.fullmatch(account):
        raise ValueError(
            f"account is the twelve digits of an AWS account, as text, got {account!r}"
        )
    return account


def partition_of(region: Any) -> str:
    """The partition of a region: "aws", or one such as "aws-cn".

    Raises
    ------
    ValueError
        With the value, if it is no region.
    """
    if isinstance(region, str) and REGION.fullmatch(region):
        with contextlib.suppress(botocore.exceptions.UnknownRegionError):
            return _partition(region)
    raise ValueError(f"region is one of AWS's, such as 'eu-west-1', got {region!r}")


@functools.cache
def _partition(region: str) -> str:
    return str(botocore.session.Session().get_partition_for_region(region))
