"""Python functions that answer at a web address, where AWS would call a server of the reader's.

Nothing is sent: a function is called in a thread of its own, in virtual time, and has as long to
answer as the service that calls gives a server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from helpers.emulator.listeners import Listeners

# Takes the headers and the body of a POST, and returns the HTTP status: None stands for 200.
Handler = Callable[[dict[str, str], str], int | None]
Record = Callable[[str, float, str], None]  # of a POST: the address, its beginning, the outcome


class Servers:
    """The functions of one lab that answer at an address.

    Parameters
    ----------
    record : callable
        Is told of each POST: address, epoch seconds of its beginning, outcome.
    """

    def __init__(self, record: Record) -> None:
        self._handlers: dict[str, Handler] = {}
        self._record = record

    def serve(self, url: str, handler: Handler) -> None:
        """Let `handler` answer at `url`, instead of what answered there before."""
        if not callable(handler):
            raise TypeError(f"a handler is a function of (headers, body), got {handler!r}")
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"an address begins with http:// or https://, got {url!r}")
        self._handlers[url] = handler

    def answers(self, url: str) -> bool:
        """Whether a function answers at an address."""
        return url in self._handlers

    def post(self, url: str, headers: Mapping[str, str], body: str, *, timeout: float) -> int:
        """Call the function, and return its HTTP status. An exception of its own is a 500.

        Raises
        ------
        EndpointConnectionError
            If no function answers there.
        ReadTimeoutError
            If there is no answer after `timeout` seconds. The function goes on all the same.
        """
        begun, answered, outcomes = time.time(), threading.Event(), []
        if not self.answers(url):
            self._record(url, begun, "EndpointConnectionError")
            raise EndpointConnectionError(endpoint_url=url)

        def work() -> None:
            try:
                outcomes.append(_answer(self._handlers[url], dict(headers), body))
            finally:
                answered.set()

        threading.Thread(target=work, name=f"http:{urlsplit(url).hostname}").start()
        if not answered.wait(timeout):
            self._record(url, begun, "ReadTimeoutError")
            raise ReadTimeoutError(endpoint_url=url)
        if not outcomes:  # the run has ended
            raise ReadTimeoutError(endpoint_url=url)
        status, outcome = outcomes[0]
        self._record(url, begun, outcome)
        return status


def _answer(handler: Handler, headers: dict[str, str], body: str) -> tuple[int, str]:
    """The status, and what the trace calls it."""
    try:
        status: Any = handler(headers, body)
        if status is None:
            status = 200
        if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
            raise TypeError(f"a handler returns an HTTP status or None, got {status!r}")
    except Exception as error:
        return 500, type(error).__name__
    return status, "ok" if 200 <= status < 300 else str(status)


_labs: Listeners[Servers] = Listeners()
opened = _labs.opened


def current() -> Servers:
    """Those of the lab that is open."""
    if (servers := _labs.latest()) is None:
        raise RuntimeError("no lab is open, so nobody answers at any address")
    return servers
