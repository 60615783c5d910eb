"""Servers in processes of their own: endpoints that are no part of the lab."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from in_ci import IN_CI
from moto_server import served as moto_served

START = 120  # seconds that a server may take on a machine with other work


@contextmanager
def serving(command: list[str], port: int, *, ready=None, **options) -> Iterator[str]:
    """Run a server on this machine until the block ends. Gives its address.

    `ready()` says whether it listens; by default, whether it speaks HTTP.
    """
    url = f"http://127.0.0.1:{port}"
    ready = ready or (lambda: answers(url))
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it may start programs of its own, which end with it
        **options,
    )
    try:
        until = time.monotonic() + START
        while not ready():
            assert server.poll() is None, f"{command} has ended with {server.returncode}"
            assert time.monotonic() < until, f"{command} does not answer after {START} s"
            time.sleep(0.1)
        yield url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(30)


def answers(url: str) -> bool:
    """Whether anybody speaks HTTP there."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def moto_server():
    """moto as it comes, of the version that the lab corrects, with the lab's setting.

    Without the setting, its workflows do nothing.
    """
    with moto_served() as url:
        setting = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
        asked = urllib.request.Request(
            f"{url}/moto-api/config", setting, {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(asked, timeout=60).close()
        yield url


@pytest.fixture(scope="session")
def ministack(tmp_path_factory):
    """An emulator that has nothing of moto's, in an environment of its own: it pins botocore."""
    if shutil.which("uv") is None:
        if IN_CI:
            pytest.fail("uv is not here, and makes ministack's environment")
        pytest.skip("uv is not here, and makes ministack's environment")
    port, folder = free_port(), tmp_path_factory.mktemp("ministack")
    wanted = Path(__file__).parents[1] / "endpoints" / "ministack.txt"
    command = [
        "uv", "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable,
        "--with-requirements", str(wanted), "ministack",
    ]  # fmt: skip
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "VIRTUAL_ENV"))}
    settings = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "TMPDIR": str(folder),
                "S3_DATA_DIR": str(folder / "s3"), "LOG_LEVEL": "ERROR"}  # fmt: skip
    with serving(command, port, env=outside | settings, cwd=folder) as url:
        yield url
