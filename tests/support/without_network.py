"""A program without a network: in a network namespace of its own, where there may be one.

Run as a script, it stands inside that namespace: it lets this machine reach itself, as a laptop
without a network does, and becomes the program that its words name.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys

NOBODY = "http://127.0.0.1:9"  # the port of discard, where nothing listens
REFUSED = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOBODY)
SET_FLAGS, UP = 0x8914, 1  # SIOCSIFFLAGS and IFF_UP of Linux


def inside():
    """The words that put a program into a namespace; none where there is no such thing."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return []
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        command = [*words, sys.executable, __file__, sys.executable, "-c", ""]
        if subprocess.run(command, capture_output=True).returncode == 0:
            return [*words, sys.executable, __file__]
    return []


def run(words, settings=None, **options):
    """Run a program without a network; what it printed. Fails with that if the program does.

    `settings` are further variables of its environment.
    """
    environment = {**os.environ, **REFUSED, "PIP_NO_INDEX": "1", **(settings or {})}
    done = subprocess.run(
        [*inside(), *map(str, words)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


if __name__ == "__main__":
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loopback:
        fcntl.ioctl(loopback, SET_FLAGS, struct.pack("16sh", b"lo", UP))
    os.execvp(sys.argv[1], sys.argv[1:])
