"""The roles of one run: made when a service needs one, and put where lessons name the lab's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from helpers.account import roles
from helpers.account.names import Names
from helpers.account.refusals import explain
from helpers.account.tags import PROJECT

# "There can be noticeable delay" until IAM's changes are seen everywhere [IAM User Guide,
# "Changes that I make are not always immediately visible"]. Seconds.
NEW, PAUSE = 60.0, 3.0
# Where a role stands that a lesson names without asking for it (`helpers.lessons.arns.ROLE`).
_LABS = ":role/{prefix}lab"


class ServiceRoles:
    """The roles of one run in one region.

    Parameters
    ----------
    names : Names
        Of the run, in that region.
    client : callable
        ``client("iam")`` gives a client for the run's own use.
    make : callable
        Registers and makes a role, from names, client and parameters.
    """

    def __init__(
        self,
        names: Names,
        client: Callable[[str], Any],
        make: Callable[[Names, Any, dict[str, Any]], Any],
    ) -> None:
        self._names, self._client, self._make = names, client, make
        self._turn = threading.RLock()
        self._made: dict[str, tuple[str, float]] = {}  # ARN, and when it was made

    def arn(self, service: str) -> str:
        """The ARN of the role of a service."""
        roles.check_service(service)
        with self._turn:
            if service not in self._made:
                self._made[service] = (self._new(service), time.monotonic())
            return self._made[service][0]

    def forget(self) -> None:
        """They are removed: the next need makes new ones."""
        with self._turn:
            self._made.clear()

    def _new(self, service: str) -> str:
        iam, names = self._client("iam"), self._names
        # A role belongs to no region, and a run may have one in each.
        role = {"RoleName": names.named(f"{service}-{names.region}")}
        given = role | {
            "Description": f"{PROJECT}: {service}, for the run {names.prefix}",
            "AssumeRolePolicyDocument": json.dumps(roles.trust(service, names)),
        }
        try:
            self._make(names, iam, given)
        except ClientError as error:
            # Made by an earlier try, whose reply or whose policy was missing.
            if error.response["Error"]["Code"] != "EntityAlreadyExists":
                raise
        allowed = json.dumps(roles.permissions(service, names))
        try:
            iam.put_role_policy(PolicyName="run", PolicyDocument=allowed, **role)
        except ClientError as error:
            raise explain(error, "iam", "PutRolePolicy", role) from None
        return f"arn:{names.partition}:iam::{names.account}:role/{role['RoleName']}"

    def put(self, service: str, given: dict[str, Any]) -> dict[str, Any]:
        """Parameters with a role of this run where they name the lab's."""
        if service not in roles.PRINCIPALS:
            return given
        labs = _LABS.format(prefix=self._names.prefix)

        def replaced(value: Any) -> Any:
            if isinstance(value, str) and value.startswith("arn:") and value.endswith(labs):
                return self.arn(service)
            if isinstance(value, dict):
                return {key: replaced(each) for key, each in value.items()}
            if isinstance(value, list):
                return [replaced(each) for each in value]
            return value

        changed: dict[str, Any] = replaced(given)
        return changed

    def may_be_new_to(self, error: ClientError) -> bool:
        """Whether AWS refused a role that it may not have heard of yet."""
        text = str(error).lower()
        if "assume" not in text or "role" not in text:
            return False
        now = time.monotonic()
        return any(now - made < NEW for _, made in self._made.values())
