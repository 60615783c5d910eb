"""Names of a run: every resource that a cell names carries a prefix, so that no run meets another.

What cells write stays as it is. A name gets its prefix on the way out, and what AWS answers loses
it: a cell that made `orders` finds `orders`. ARNs and URLs in answers stay those that AWS gave.
"""

from __future__ import annotations

import re
from typing import Any

from helpers.account.answers import without_prefix
from helpers.account.arns import LAB_ACCOUNT, LAB_REGION, Arns
from helpers.account.later import in_definition, in_target
from helpers.account.models import model
from helpers.account.regions import check_account, partition_of
from helpers.account.shapes import (
    BUS_LIMIT,
    DIMENSIONS,
    KEPT,
    KEPT_BEGINNINGS,
    LIMITS,
    NAMES,
    OPAQUE,
)

PREFIX = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*-")  # what begins each kind of name, buckets too
LONGEST_PREFIX = 20  # characters: rules and functions may have 64, and need some of their own
# A table in PartiQL, outside of a string.
_TABLE = re.compile(r"""('(?:[^']|'')*')|\b(FROM|INTO|UPDATE)(\s+)(?:"([^"]+)"|([A-Za-z_]\w*))""",
                    re.IGNORECASE)  # fmt: skip


class NameTooLong(ValueError):
    """A name that AWS would not take with the prefix of this run."""


class Names:
    """The names of one run in one account and region.

    Parameters
    ----------
    prefix : str
        Such as "eda-7f3a-": at most 20 small letters, digits and hyphens, the last one a hyphen.
    account : str
        Twelve digits.
    region : str
        Such as "eu-west-1".

    Raises
    ------
    ValueError
        With the value, if one of them is none.

    Examples
    --------
    >>> names = Names("eda-7f3a-", "210987654321", "eu-central-1")
    >>> names.given("sqs", "CreateQueue", {"QueueName": "orders.fifo"})
    {'QueueName': 'eda-7f3a-orders.fifo'}
    >>> names.given("sqs", "SendMessage", {
    ...     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    ...     "MessageBody": "hello",
    ... })["QueueUrl"]
    'https://sqs.eu-central-1.amazonaws.com/210987654321/eda-7f3a-orders'
    """

    def __init__(self, prefix: str, account: str, region: str) -> None:
        right = isinstance(prefix, str) and PREFIX.fullmatch(prefix)
        if not right or len(prefix) > LONGEST_PREFIX:
            raise ValueError(
                f"prefix is up to {LONGEST_PREFIX} small letters, digits and hyphens, with a "
                f"hyphen at the end, such as 'eda-7f3a-', got {prefix!r}"
            )
        self.prefix, self.account, self.region = prefix, check_account(account), region
        self.partition = partition_of(region)
        self._arns = Arns(self.named, account, region, self.partition)

    # -- single names

    def named(self, name: str) -> str:
        """A name with the prefix, unless it has it or is not the run's own."""
        if name.startswith((self.prefix, *KEPT_BEGINNINGS)) or name in KEPT or not name:
            return name
        return self.prefix + name

    def shown(self, text: str) -> str:
        """The text without the prefix, wherever it begins a name."""
        return re.sub(rf"(?<![A-Za-z0-9-]){re.escape(self.prefix)}", "", text)

    def here(self, text: str) -> str:
        """The text with the lab's ARNs and queue URLs made those of this account and run."""
        return self._arns.here(text)

    # -- what goes out

    def given(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """A copy of an operation's parameters, with names and ARNs of this run.

        Raises
        ------
        NameTooLong
            If AWS takes no name so long; the message has it, and the limit.
        """
        shape = model(service).operation_model(operation).input_shape
        if shape is None:
            return dict(params)
        copy: dict[str, Any] = self._walk(shape, params, service, operation, operation)
        if operation.startswith("List"):
            copy |= self._narrowed(shape, service, operation, params)
        if service == "scheduler" and isinstance(copy.get("Target"), dict):
            copy["Target"] = in_target(copy["Target"], self.given)
        if service == "s3" and operation == "CreateBucket":
            copy = self._in_this_region(copy)
        return copy

    def _narrowed(
        self, shape: Any, service: str, operation: str, params: dict[str, Any]
    ) -> dict[str, str]:
        """What keeps a list to the run's own, where AWS can be asked for names that begin so."""
        wanted = NAMES.get(service, frozenset())
        return {
            member: self.prefix
            for member, inside in shape.members.items()
            if member.endswith("Prefix")
            and member not in params
            and (inside.name in wanted or f"{operation}.{member}" in wanted)
        }

    def _walk(self, shape: Any, value: Any, service: str, operation: str, place: str) -> Any:
        """A copy of a value of this shape. What is not of its shape is left for botocore to say."""
        kind = shape.type_name
        if kind == "structure" and isinstance(value, dict):
            return self._structure(shape, value, service, operation)
        if kind == "list" and isinstance(value, (list, tuple)):
            return [self._walk(shape.member, each, service, operation, place) for each in value]
        if kind == "map" and isinstance(value, dict):
            return {
                self._walk(shape.key, key, service, operation, place): self._walk(
                    shape.value, each, service, operation, f"{operation}.{key}"
                )
                for key, each in value.items()
            }
        if kind == "blob":
            return self._blob(value, place)
        if not isinstance(value, str):
            return value
        return self._string(shape, value, service, place)

    def _structure(
        self, shape: Any, value: dict[str, Any], service: str, operation: str
    ) -> dict[str, Any]:
        copy = {}
        for key, each in value.items():
            member = shape.members.get(key)
            place = f"{operation}.{key}"
            copy[key] = (
                each if member is None else self._walk(member, each, service, operation, place)
            )
        if service == "cloudwatch" and copy.get("Name") in DIMENSIONS and "Value" in copy:
            copy["Value"] = self._name(str(copy["Value"]))
        if service == "s3" and isinstance(copy.get("CopySource"), dict):
            source = copy["CopySource"]
            copy["CopySource"] = source | {"Bucket": self.named(source.get("Bucket", ""))}
        return copy

    def _blob(self, value: Any, place: str) -> Any:
        if place.rpartition(".")[2] in OPAQUE:
            return value
        if isinstance(value, str):
            return self.here(value)
        if isinstance(value, bytes) and (b"arn:aws" in value or b"https://" in value):
            try:
                return self.here(value.decode()).encode()
            except UnicodeDecodeError:
                return value
        return value

    def _string(self, shape: Any, text: str, service: str, place: str) -> str:
        if text.startswith("{%"):  # an expression in a definition, worked out later
            return self.here(text)
        wanted, member = NAMES.get(service, frozenset()), place.rpartition(".")[2]
        if shape.name in wanted or place in wanted:
            return self._checked(self._name(text), shape, service)
        if service == "stepfunctions" and member == "definition":
            return self.here(in_definition(text, self.given))
        if service == "dynamodb" and member == "Statement":
            return _TABLE.sub(self._in_statement, text)
        if service == "s3" and member == "CopySource":
            return self.named(text.removeprefix("/"))
        text = self.here(text)
        if text == LAB_ACCOUNT or member in ("Policy", "EventPattern"):
            return re.sub(rf"(?<![\w:/-]){LAB_ACCOUNT}(?![\w:/-])", self.account, text)
        return text

    def _name(self, text: str) -> str:
        """A name that may also be an ARN, a part of one, or the name of a function's log group."""
        if text.startswith("arn:"):
            return self.here(text)
        if text.startswith("/aws/lambda/"):
            return "/aws/lambda/" + self.named(text.removeprefix("/aws/lambda/"))
        owner, function, name = text.partition(":function:")
        if function and owner == LAB_ACCOUNT:
            return f"{self.account}:function:{self.named(name)}"
        return self.named(text)

    def _checked(self, name: str, shape: Any, service: str) -> str:
        limit = LIMITS.get(service) or shape.metadata.get("max")
        if "BusName" in shape.name:
            limit = BUS_LIMIT
        plain = name.partition(":")[0] if service == "lambda" else name  # without its qualifier
        if limit and len(plain) > limit and ":" not in plain:
            raise NameTooLong(
                f"{plain!r} has {len(plain)} characters, and AWS takes {limit} here. "
                f"{len(self.prefix)} of them are this run's prefix: choose a shorter name"
            )
        return name

    def _in_statement(self, found: re.Match[str]) -> str:
        literal, word, space, quoted, plain = found.groups()
        return literal or f'{word}{space}"{self.named(quoted or plain)}"'

    def _in_this_region(self, params: dict[str, Any]) -> dict[str, Any]:
        """A bucket of the lab's region is made in the run's, which AWS does not let name itself
        where it is us-east-1."""
        settings = params.get("CreateBucketConfiguration")
        if not isinstance(settings, dict) or settings.get("LocationConstraint") != LAB_REGION:
            return params
        rest = {key: value for key, value in settings.items() if key != "LocationConstraint"}
        if self.region != "us-east-1":
            rest["LocationConstraint"] = self.region
        others = {key: v for key, v in params.items() if key != "CreateBucketConfiguration"}
        return others | ({"CreateBucketConfiguration": rest} if rest else {})

    # -- what comes back

    def told(self, service: str, operation: str, answer: Any) -> Any:
        """A copy of an answer in which the names are as the cells wrote them."""
        return without_prefix(self.prefix, service, operation, answer)
