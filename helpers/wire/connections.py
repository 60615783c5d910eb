"""Which connections Python code may not open, whatever it opens them with.

Python tells an audit hook of each name that is looked up and of each socket that is connected,
before it happens, for every thread and however the function was come by (PEP 578). The hook cannot
be taken away again: it holds until the process ends. It refuses

- names and addresses of AWS, its endpoints for metadata and credentials among them, also through a
  proxy;
- whatever moto would open of itself: a web hook, a Docker container;
- programs that botocore would start to ask for credentials.

All other traffic passes. So does what does not go through Python's sockets: another process, and
libraries that open sockets in C or Rust.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

# [botocore 1.44.5, partitions.json: dnsSuffix and dualStackDnsSuffix of every partition; on.aws has
# the addresses of functions.]
SUFFIXES = (
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "on.aws",
    "api.amazonwebservices.com.cn", "api.amazonwebservices.eu", "c2s.ic.gov", "api.aws.ic.gov",
    "sc2s.sgov.gov", "api.aws.scloud", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
)  # fmt: skip
# [botocore 1.44.5, utils: METADATA_BASE_URL, METADATA_BASE_URL_IPv6, ContainerMetadataFetcher]
METADATA = ("169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23")
DOTTED = tuple(f".{suffix}" for suffix in SUFFIXES)
# moto's own decorator is below the reader's code when they use it, so it does not count.
NOT_ON_ITS_OWN = ("moto.core.models", "moto.core.decorator")
ADDRESSED = re.compile(rb"(?:CONNECT |[A-Z]+ https?://|\r\nHost: )([^\s/:]+)", re.IGNORECASE)


def is_of_aws(host: Any) -> bool:
    """Whether a name or an address belongs to AWS."""
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    if not isinstance(host, str):
        return False
    host = host.rstrip(".").lower()
    return host in METADATA or host in SUFFIXES or host.endswith(DOTTED)


def watch(refuse: Callable[[str], None]) -> None:
    """Call `refuse` with what would be opened, from now on and until the process ends."""

    def look_up(host: Any, *_: Any) -> None:
        if is_of_aws(host):
            refuse(_text(host))
        if host and _calls("moto"):
            refuse(f"{_text(host)} from inside the emulator")

    def connect(_: Any, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) and address else address
        look_up(host)

    def send(_: Any, data: Any) -> None:  # through a proxy, only the request names the host
        if isinstance(data, bytes):
            for host in ADDRESSED.findall(data[:4096]):
                if is_of_aws(host):
                    refuse(_text(host))

    def start(program: Any, *_: Any) -> None:
        if _calls("botocore") or _calls("aiobotocore"):
            refuse(f"the program {_text(program)}, which botocore would ask for credentials")

    handlers: dict[str, Callable[..., None]] = {
        "socket.getaddrinfo": look_up,
        "socket.gethostbyname": look_up,
        "socket.connect": connect,
        "socket.sendto": connect,
        "socket.sendmsg": connect,
        "http.client.send": send,
        "subprocess.Popen": start,
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in handlers:
            handlers[event](*arguments)

    sys.addaudithook(hook)


def _calls(package: str) -> bool:
    """Whether a function of `package` is at work in this thread, below what calls this."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__") or ""
        if name.partition(".")[0] == package and name not in NOT_ON_ITS_OWN:
            return True
        frame = frame.f_back
    return False


def _text(value: Any) -> str:
    return bytes(value).decode("ascii", "replace") if isinstance(value, bytes) else str(value)
