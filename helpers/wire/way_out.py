"""The one way out of the process: each request is looked at, and then sent as botocore would.

What is looked at is the request itself, after botocore has resolved its endpoint and signed it:
where it goes, and with whose key. No setting is believed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from helpers.emulator.serving import Answer
from helpers.wire.accounts import RealNetworkRefused, passing
from helpers.wire.addresses import host_of, is_aws

REGION = re.compile(r"(?:^|[.-])([a-z]{2,3}(?:-[a-z]+)+-\d)(?=\.)")
# Where a signature names its key: in a header or in the address, of SigV4, and of S3's older one.
KEYS = (
    re.compile(r"Credential=([^/,\s&]+)/"), re.compile(r"^AWS ([^:\s]+):"),
    re.compile(r"[?&]AWSAccessKeyId=([^&\s]+)"),
)  # fmt: skip
GLOBAL = {"iam.amazonaws.com"}  # of AWS's services without a region, the ones that a lab needs


@dataclass(frozen=True)
class Allowed:
    """Where requests may go, and the key that signs them.

    Attributes
    ----------
    key : str
        The access key id: the lab's own, or one of the account that the reader has named.
    origins : frozenset of str
        Addresses that are no part of AWS, as ``http://127.0.0.1:4566``.
    regions : tuple of str
        Regions of AWS; none unless the reader has named an account.
    """

    key: str
    origins: frozenset[str] = frozenset()
    regions: tuple[str, ...] = field(default=())

    def check(self, url: str, authorization: str) -> None:
        """Let a request pass, or refuse it.

        Raises
        ------
        RealNetworkRefused
            With the address, or with the key.
        """
        try:
            where = origin(url)
        except ValueError as error:
            raise RealNetworkRefused(f"refused to send a request: {error}") from None
        if where not in self.origins:
            self._check_aws(url)
        keys = {key for form in KEYS for key in form.findall(f"{authorization} {unquote(url)}")}
        if not keys and (self.regions or authorization):
            raise RealNetworkRefused(
                f"refused to send a request to {url}: it has no signature that the lab can read"
            )
        for key in keys - {self.key}:
            raise RealNetworkRefused(
                f"refused to send a request that is signed with the key {key}: this lab sends "
                f"those of its own key alone ({self.key}). Make clients without keys and profiles, "
                "after `lab = Lab(...)`."
            )

    def _check_aws(self, url: str) -> None:
        if not is_aws(url):
            raise RealNetworkRefused(
                f"refused to send a request to {url}: this lab talks to "
                f"{', '.join(sorted(self.origins)) or 'AWS'} and to no other address. Make clients "
                "after `lab = Lab(...)`, and without endpoint_url."
            )
        if not self.regions:
            raise RealNetworkRefused(
                f"refused to send a request to AWS, {url}: no endpoint is set for this service, "
                "and no account is named. Set AWS_ENDPOINT_URL for all services, or see the page "
                "“On your own account”."
            )
        host = host_of(url)
        found = REGION.findall(host)  # a bucket may be called like a region too
        if urlsplit(url).scheme != "https" or not (found or host in GLOBAL):
            raise RealNetworkRefused(
                f"refused to send a request to {url}: it names none of the regions that this lab "
                f"was given, {', '.join(self.regions)}"
            )
        for region in found:
            if region not in self.regions:
                raise RealNetworkRefused(
                    f"refused to send a request to the region {region}, {url}: this lab was given "
                    f"{', '.join(self.regions)}. Name it in Lab(regions=…) if you mean it."
                )


def origin(url: str) -> str:
    """Scheme, host and port of an address.

    Raises
    ------
    ValueError
        If it can be read in two ways.
    """
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    host = host_of(url)
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


class WayOut:
    """Sends requests that may pass. Sessions are kept, one for each pair of time-outs."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self._sessions: dict[tuple[float | None, float | None, bool], URLLib3Session] = {}

    def __call__(
        self, request: AWSPreparedRequest, connect: float | None, read: float | None
    ) -> Answer:
        """Send one request. Time-outs are in seconds, None waits for ever.

        Raises
        ------
        RealNetworkRefused
            If it may not pass.
        BotoCoreError
            botocore's own for what went wrong on the way.
        """
        authorization = request.headers.get("Authorization", "")
        if isinstance(authorization, bytes):
            authorization = authorization.decode("ascii", "replace")
        self.allowed.check(request.url, authorization)
        session = self._session(connect, read, aws=is_aws(request.url))
        with passing(aws=is_aws(request.url)):
            response = session.send(request)
            return response.status_code, response.headers, response.content

    def close(self) -> None:
        """Close what connections are open."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _session(self, connect: float | None, read: float | None, *, aws: bool) -> URLLib3Session:
        found = self._sessions.get((connect, read, aws))
        if found is None:
            found = URLLib3Session(
                timeout=(connect, read),
                max_pool_connections=50,  # every worker of a run has one at most
                verify=os.environ.get("AWS_CA_BUNDLE")
                or os.environ.get("REQUESTS_CA_BUNDLE")
                or True,
                # An emulator is on this machine: a proxy would look for it on its own.
                proxies=get_environ_proxies("https://amazonaws.com") if aws else None,
            )
            self._sessions[connect, read, aws] = found
        return found
