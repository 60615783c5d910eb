"""Where AWS's SDKs for Python send a request, each watched for good.

botocore sends through one method, and so do boto3 and whatever is built on it, credentials from
SSO, from STS or from an instance's metadata included. aiobotocore, below aioboto3 and s3fs, has
methods of its own, which are closed when it is imported, if it has not been yet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from helpers.clock.swapping import put

# Module, and the methods that open a connection. The first argument is the object, the second the
# request, which has its address as `url`.
METHODS = {
    "botocore.httpsession": ("URLLib3Session.send",),
    "botocore.endpoint": ("Endpoint._send",),
    "aiobotocore.httpsession": ("AIOHTTPSession.send",),
    "aiobotocore.httpxsession": ("HttpxSession.send",),
    "aiobotocore.endpoint": ("AioEndpoint._send",),
    "boto3.s3.transfer": (),  # see `shut`
}
ALWAYS = ("botocore.httpsession", "botocore.endpoint")


def close(refuse: Callable[[str], None]) -> None:
    """Let every method of `METHODS` call `refuse` with the address, now and once imported.

    A request passes if `refuse` returns, which it does for the lab's own ways out alone.
    """

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def send(sender: Any, request: Any, *arguments: Any, **named: Any) -> Any:
            refuse(request.url)
            return real(sender, request, *arguments, **named)

        return send

    def shut(module: ModuleType) -> None:
        for path in METHODS.get(module.__name__, ()):
            owner, _, method = path.partition(".")
            sender = getattr(module, owner)
            setattr(sender, method, watched(getattr(sender, method)))
        if module.__name__ == "boto3.s3.transfer":  # it may hand a file to AWS's library in C
            put(module, {"_should_use_crt": lambda config: False})

    for name in ALWAYS:
        import_module(name)
    for name in METHODS.keys() & sys.modules.keys():
        shut(sys.modules[name])
    sys.meta_path.insert(0, _OnceImported(shut))


class _OnceImported(MetaPathFinder):
    """Shuts a module of `METHODS` as soon as it has been loaded."""

    def __init__(self, shut: Callable[[ModuleType], None]) -> None:
        self._shut = shut

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in METHODS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            self._shut(module)

        put(spec.loader, {"exec_module": exec_module})
        return spec
