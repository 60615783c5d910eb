"""Where a lab's calls go: to the emulator in this process, an endpoint, or an account.

Nothing that is set by accident leads to AWS. An endpoint is taken from the reader's settings if it
is this machine's own; any other is named in ``Lab(endpoint=…)``; and an account is named in
``Lab(account=…, regions=…)``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import botocore.exceptions
import botocore.session

from helpers.account.regions import check_account
from helpers.lab.settings import Settings
from helpers.wire import addresses
from helpers.wire.accounts import REGION, passing
from helpers.wire.addresses import EndpointRefused
from helpers.wire.way_out import Allowed, origin

NOBODY = "123456789012"  # key of an emulator; some take one of twelve digits as the account


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
        found = addresses.configured(region)
    else:
        found = {"AWS_ENDPOINT_URL": addresses.checked(endpoint)}
    for name, url in found.items():
        if addresses.is_aws(url):
            raise EndpointRefused(f"{url} is AWS: name the account, Lab(account=…, regions=…)")
        if endpoint is None and not addresses.is_loopback(addresses.checked(url)):
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
            raise ValueError(
                f"a lab's regions are of AWS's standard partition and have SQS, got {region!r}"
            )
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
