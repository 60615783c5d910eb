"""Names of a run inside its functions on Lambda, where no keeper stands between boto3 and AWS.

`zipped` puts this into each package. A function's code writes the names that it writes in the lab;
the clients of its default session add the prefix, and take it off the answers.
"""

from __future__ import annotations

from typing import Any

import boto3

from helpers.account.names import Names


def use_names(prefix: str, account: str, region: str) -> None:
    """Let the clients that `boto3.client` makes from now on use the names of a run."""
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    hook_names(boto3.DEFAULT_SESSION, Names(prefix, account, region))


def hook_names(session: Any, names: Names) -> None:
    """Let the clients that a session makes from now on use these names."""

    def given(params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        return names.given(model.service_model.service_name, model.name, params)

    def told(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        answer = names.told(model.service_model.service_name, model.name, parsed)
        if answer is not parsed:
            parsed.clear()
            parsed.update(answer)

    session.events.register("provide-client-params", given)
    session.events.register("after-call", told)
