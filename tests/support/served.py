"""Servers in processes of their own: endpoints that are no part of the lab."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from moto_server import served as moto_served

START = 120  # seconds that a server may take on a machine with other work


@contextmanager
def serving(command: list[str], port: int, **options) -> Iterator[str]:
    """Run a server on this machine until the block ends. Gives its address."""
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        until = time.monotonic() + START
        while not answers(url):
            assert server.poll() is None, f"{command} has ended with {server.returncode}"
            assert time.monotonic() < until, f"{command} does not answer after {START} s"
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


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
    """moto as it comes, of the version that the lab corrects."""
    with moto_served() as url:
        yield url
