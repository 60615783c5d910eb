"""What one service asks of another: plain boto3 calls of the lab's own.

They pass where the reader's calls pass, so they meet the faults that are open and stand in the
trace, with the name of the thread that makes them. Each makes one attempt: a service that delivers
has its own rules for trying again (`delivery`).
"""

from typing import Any
from weakref import WeakKeyDictionary

import boto3
from botocore.config import Config

_clients: WeakKeyDictionary[boto3.Session, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()


def client(
    service: str, region: str, read_timeout: float = 60.0, *, parameter_validation: bool = True
) -> Any:
    """A client of `service`, made once per lab and per set of arguments.

    Parameters
    ----------
    read_timeout : float
        Seconds after which it gives up waiting for an answer, botocore's 60 by default.
    parameter_validation : bool
        Whether botocore looks at the parameters first; without, the service itself refuses them.
    """
    session = boto3.DEFAULT_SESSION  # the lab's own, see helpers.wire.in_process
    if session is None:
        raise RuntimeError(f"no lab is open, so nobody can call {service}")
    held = _clients.setdefault(session, {})
    key = (service, region, read_timeout, parameter_validation)
    if key not in held:
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            read_timeout=read_timeout,
            parameter_validation=parameter_validation,
        )
        held[key] = session.client(service, region, config=config)
    return held[key]
