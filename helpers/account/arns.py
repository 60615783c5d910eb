"""ARNs and queue URLs of the lab's own account, made those of the reader's. Part of `names`.

The lessons build some ARNs and URLs from two constants (`helpers.lessons.arns`) without asking AWS.
On an account these are the only ones that have to change: what AWS answers is right already.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LAB_ACCOUNT, LAB_REGION = "123456789012", "eu-west-1"  # as in the lab, and in `helpers.lessons`

# A resource ends where no name goes on: at a quote, a backslash (of a quote in JSON in JSON), a
# space, a comma or a brace. Names of alarms have spaces, so theirs end at a quote.
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):"
    r"(?P<account>\d{12}|):(?P<resource>alarm:[^\"'\\]+|[^\s\"'\\,(){}\[\]<>]+)"
)
_URL = re.compile(
    r"https://(?:sqs\.(?P<region>[a-z0-9-]+)|(?P<old>[a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<account>\d{12})/(?P<name>[\w*-]+(?:\.fifo)?)"
)
# Where in the resource of an ARN the names are that a prefix belongs to, by service [Service
# Authorization Reference, "Resource types defined by …", read 2026-11]. The first pattern that fits
# counts; each of its groups is a name. What fits none has no name of its own, such as a mapping.
_NAMED = {
    "sqs": [r"(.+)"],
    "sns": [r"([^:]+)(?::.*)?"],
    "lambda": [r"function:([^:]+)(?::.*)?"],
    "states": [r"(?:stateMachine|activity|execution|express|mapRun):([^:/]+)(?:[:/].*)?"],
    "events": [
        r"rule/([^/]+)/([^/]+)",
        r"(?:rule|event-bus|archive|replay|connection|api-destination)/([^/]+)(?:/.*)?",
    ],
    "dynamodb": [r"table/([^/]+)(?:/.*)?"],
    "cloudwatch": [r"alarm:(.+)"],
    "logs": [r"log-group:(?:/aws/lambda/)?([^:]+)(?::.*)?"],
    "scheduler": [r"schedule/([^/]+)/([^/]+)", r"schedule-group/([^/]+)"],
    "iam": [r"role/(?:.*/)?([^/]+)"],
    "s3": [r"([^/]+)(?:/.*)?"],
}


class Arns:
    """The ARNs and URLs of one account and region.

    Parameters
    ----------
    named : callable
        Gives a name its prefix.
    """

    def __init__(
        self, named: Callable[[str], str], account: str, region: str, partition: str
    ) -> None:
        self._named, self._account, self._region = named, account, region
        self._partition = partition
        self._suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"

    def here(self, text: str) -> str:
        """The text with the lab's ARNs and queue URLs made those of this account."""
        if "arn:" in text:
            text = _ARN.sub(self._arn, text)
        if "https://" in text:
            text = _URL.sub(self._url, text)
        return text

    def _is_the_labs(self, account: str, region: str, service: str) -> bool:
        if service == "s3":
            return not account and not region
        return account == LAB_ACCOUNT and region in ("", LAB_REGION)

    def _arn(self, found: re.Match[str]) -> str:
        service, region, account = found["service"], found["region"], found["account"]
        if not self._is_the_labs(account, region, service):
            return found[0]
        for pattern in _NAMED.get(service, ()):
            if parts := re.fullmatch(pattern, found["resource"], re.DOTALL):
                resource = self._resource(parts)
                break
        else:
            resource = found["resource"]
        here = f"{region and self._region}:{account and self._account}"
        return f"arn:{self._partition}:{service}:{here}:{resource}"

    def _resource(self, parts: re.Match[str]) -> str:
        text, done = "", 0
        for index in range(1, parts.re.groups + 1):
            start, end = parts.span(index)
            text += parts.string[done:start] + self._named(parts[index])
            done = end
        return text + parts.string[done:]

    def _url(self, found: re.Match[str]) -> str:
        if not self._is_the_labs(found["account"], found["region"] or found["old"], "sqs"):
            return found[0]
        name = self._named(found["name"])
        return f"https://sqs.{self._region}.{self._suffix}/{self._account}/{name}"
