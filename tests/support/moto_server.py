"""moto's own server, in a process of its own: an endpoint that plays AWS, STS included."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import warm_python

PROGRAM = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def served():
    """The address of a server that lives as long as the block."""
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.stdout.close()
        server.kill()
        server.wait(30)


def environment(address, **more):
    """The variables of a process that talks to the server, and to nobody else."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    return (
        outside
        | {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "key",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        | more
    )


def python(address, *arguments, **more):
    """A Python program that talks to the server, and what it said."""
    return warm_python.run(list(arguments), environment(address, **more))
