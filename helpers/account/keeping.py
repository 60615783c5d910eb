"""Every call of a run on an account: named, tagged, registered before it is sent, and removed.

A keeper stands between boto3 and AWS. What a cell writes stays plain boto3; what leaves has the
run's prefix, owner and expiry, and is on the disk before it is sent.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from helpers.account import service_roles
from helpers.account.ending import Removal, remove_entries, told
from helpers.account.kept import Kept
from helpers.account.kinds import KINDS, Kind, Params, made_by, refuse_unkept, tagged
from helpers.account.names import Names
from helpers.account.refusals import explain, is_refusal
from helpers.account.regions import REGION
from helpers.account.register import Entry, Register
from helpers.account.service_roles import ServiceRoles
from helpers.account.strangers import NotOfThisRun, refuse_strangers
from helpers.account.tags import EXPIRES_TAG, MOMENT, OWNER_TAG, PROJECT, PROJECT_TAG, RUN_TAG

# What all services take as a tag's value [AWS General Reference, "Tag naming limits and
# requirements"], and EventBridge no more than that.
_OWNER = re.compile(r"[\w .:/=+@-]{1,128}", re.ASCII)


class InRegion(NamedTuple):
    """What a run has in a region: its names, clients for the keeper's own use, its roles."""

    names: Names
    client: Callable[[str], Any]
    roles: ServiceRoles


class Keeper:
    """Keeps what one run makes in one account and region.

    Parameters
    ----------
    account, region, prefix : str
        As in `helpers.account.names.Names`. A client of another region makes things there.
    owner : str
        Who made it, as a tag says it: up to 128 letters, digits, spaces and ``. : / = + @ - _``.
    expires : datetime
        With a time zone. From then on, anybody who sweeps may remove what is left.
    register : Register
        Where it is written down.
    client : callable
        ``client("sqs")`` gives the boto3 client that the keeper uses for itself, in this region,
        and ``client("sqs", "eu-west-2")`` one in another.

    Raises
    ------
    ValueError
        With the value, if one of them is none.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        prefix: str,
        owner: str,
        expires: datetime,
        register: Register,
        client: Callable[..., Any],
    ) -> None:
        self.names = Names(prefix, account, region)
        if not isinstance(owner, str) or not _OWNER.fullmatch(owner):
            raise ValueError(
                f"owner is up to 128 letters, digits, spaces and . : / = + @ - _, got {owner!r}"
            )
        if not isinstance(expires, datetime) or expires.tzinfo is None:
            raise ValueError(f"expires is a datetime with a time zone, got {expires!r}")
        self._owner, self._expires = owner, expires
        self._kept = Kept(register, account, owner, expires)
        self._client, self._turn = client, threading.RLock()
        self._regions: dict[str, InRegion] = {}
        self._home = self._in(region)

    @property
    def tags(self) -> dict[str, str]:
        """What each resource is tagged with, where AWS takes tags."""
        return {
            PROJECT_TAG: PROJECT,
            OWNER_TAG: self._owner,
            EXPIRES_TAG: self._expires.astimezone(UTC).strftime(MOMENT),
            RUN_TAG: self.names.prefix,
        }

    @property
    def kept(self) -> list[Entry]:
        """What this run has made and not removed, the oldest first."""
        return self._kept.entries

    # -- a call

    def call(
        self,
        make: Callable[[Any, str, dict[str, Any]], Any],
        client: Any,
        operation: str,
        params: dict[str, Any],
    ) -> Any:
        """Send a call with ``make(client, operation, params)``, under the names of this run.

        Returns
        -------
        The answer, with the names as the caller wrote them; ARNs and URLs as AWS gave them.

        Raises
        ------
        NotKept
            If it makes what a run could not remove.
        NotOfThisRun
            If it changes or removes what another made.
        ClientError
            Of AWS. Where a permission is missing or a quota is used up, its text says which, and
            what to do.
        """
        service, region = client.meta.service_model.service_name, client.meta.region_name
        here = self._in(region if REGION.fullmatch(region) else self.names.region)  # IAM has none
        given = here.names.given(service, operation, params)
        refuse_unkept(service, operation, given)
        refuse_strangers(here.names, service, operation, given)
        if service == "lambda" and "UUID" in given:
            self._check_mapping(operation, given["UUID"])
        given = here.roles.put(service, given)
        if service == "lambda":
            given = _with_environment(here.names, operation, given)
        kind = made_by(service, operation)
        if kind is None:
            answer = self._send(make, client, operation, given)
            self._kept.ended(here.names.region, service, operation, given)
        else:
            answer = self._made(here, kind, make, client, operation, given)
        return here.names.told(service, operation, answer)

    def _in(self, region: str) -> InRegion:
        with self._turn:
            if region not in self._regions:
                at_home = region == self.names.region
                names = Names(self.names.prefix, self.names.account, region)
                client = self._client if at_home else lambda service: self._client(service, region)
                roles = ServiceRoles(names, client, self._make_role)
                self._regions[region] = InRegion(names, client, roles)
            return self._regions[region]

    def _made(
        self, here: InRegion, kind: Kind, make: Any, client: Any, operation: str, given: Params
    ) -> Any:
        given = tagged(kind, given, self.tags)
        entry, is_new = self._kept.registered(here.names.region, kind, given)
        try:
            answer = self._send(make, client, operation, given)
        except ClientError as error:
            if is_new and is_refusal(error):  # nothing was made
                self._kept.struck(entry)
            raise
        if kind.known is not None:
            self._kept.noted(entry, ident=kind.known(answer))
        if kind.name == "bucket":  # its call takes no tags
            tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
            here.client("s3").put_bucket_tagging(Bucket=entry.name, Tagging={"TagSet": tags})
        return answer

    def _send(self, make: Any, client: Any, operation: str, given: Params) -> Any:
        while True:
            try:
                return make(client, operation, given)
            except ClientError as error:
                if not any(here.roles.may_be_new_to(error) for here in self._regions.values()):
                    service = client.meta.service_model.service_name
                    raise explain(error, service, operation, given) from None
            time.sleep(service_roles.PAUSE)

    # -- the end

    def remove_all(self, tell: Callable[[str], Any] = print) -> list[Removal]:
        """Remove what this run made, the newest first. What is not there counts as removed.

        May be called again: what could not be removed stays in the register, and is tried anew.

        Parameters
        ----------
        tell : callable
            Takes a sentence about each thing that could not be removed, and one about the sum.

        Returns
        -------
        list of Removal
            In the order in which they were tried.
        """

        def where(entry: Entry) -> tuple[Callable[[str], Any], str]:
            here = self._in(entry.region)
            return here.client, here.names.partition

        done = remove_entries(reversed(self.kept), self._kept.register, where)
        self._kept.forget(removal.entry for removal in done if removal.error is None)
        with self._turn:
            for here in self._regions.values():
                here.roles.forget()
        for sentence in told(done):
            tell(sentence)
        return done

    def _check_mapping(self, operation: str, uuid: str) -> None:
        """A mapping's UUID does not tell whose it is: the register does."""
        mine = {entry.details.get("ident") for entry in self.kept}
        if not operation.startswith("Get") and uuid not in mine:
            raise NotOfThisRun(
                f"lambda.{operation} of {uuid} is not sent: this run has made no such mapping"
            )

    # -- what functions and workflows need

    def role(self, service: str) -> str:
        """The ARN of the role under which a service acts for this run, made at first need.

        Parameters
        ----------
        service : str
            Whose role: "lambda", "stepfunctions", "events" or "scheduler".
        """
        return self._home.roles.arn(service)

    def _make_role(self, names: Names, iam: Any, given: Params) -> Any:
        def make(client: Any, operation: str, params: Params) -> Any:
            return client.create_role(**params)

        here = self._in(names.region)
        return self._made(here, KINDS["role"], make, iam, "CreateRole", given)


def _with_environment(names: Names, operation: str, given: Params) -> Params:
    """A function with the variables by which `zipped` names what its code names."""
    is_set = operation == "UpdateFunctionConfiguration" and "Environment" in given
    if operation != "CreateFunction" and not is_set:
        return given
    own = (given.get("Environment") or {}).get("Variables") or {}
    ours = {
        "EDA_PREFIX": names.prefix, "EDA_ACCOUNT": names.account, "EDA_REGION": names.region,
    }  # fmt: skip
    return given | {"Environment": {"Variables": dict(own) | ours}}
