"""The SDKs' own ways to send are closed: also aiobotocore's, imported before the lab or after.

aiobotocore follows botocore with some months' delay and cannot be installed beside this one, so a
package of its shape takes its name (checked against aiobotocore 2.25 and 3.10, November 2026).
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from project import ROOT

SHAPE = {
    "httpsession": "class AIOHTTPSession:\n    async def send(self, request): print('SENT')\n",
    "httpxsession": "class HttpxSession:\n    async def send(self, request): print('SENT')\n",
    "endpoint": "class AioEndpoint:\n    async def _send(self, request): print('SENT')\n",
}
SENDERS = {
    "httpsession": ("AIOHTTPSession", "send"),
    "httpxsession": ("HttpxSession", "send"),
    "endpoint": ("AioEndpoint", "_send"),
}
PROGRAM = """
import asyncio, importlib, sys
from types import SimpleNamespace
sys.path.insert(0, {path!r})
for module in {before}:
    importlib.import_module(f"aiobotocore.{{module}}")
from helpers import Lab
from helpers.wire import RealNetworkRefused
lab = Lab(seed=1)
request = SimpleNamespace(url="http://127.0.0.1:9/any")
async def send(module, owner, method):
    sender = getattr(importlib.import_module(f"aiobotocore.{{module}}"), owner)()
    await getattr(sender, method)(request)
for _ in range(2):  # while the lab is open, and after it
    for module, (owner, method) in {senders}.items():
        try:
            asyncio.run(send(module, owner, method))
        except RealNetworkRefused as error:
            print(module, error)
    lab.close()
"""


@pytest.mark.parametrize("first", [True, False])
def test_asynchronous_clients_send_nothing(first, tmp_path):
    package = tmp_path / "aiobotocore"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, text in SHAPE.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    before = list(SENDERS) if first else []
    program = PROGRAM.format(path=str(tmp_path), before=before, senders=SENDERS)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    said = [line.partition(" http://127.0")[0] for line in done.stdout.splitlines()]
    assert said == [f"{module} refused to send a request to" for module in SENDERS] * 2


CRT = """
import boto3.s3.transfer as transfer
transfer.HAS_CRT, transfer.has_minimum_crt_version = True, lambda version: True
config = transfer.TransferConfig(preferred_transfer_client="crt")
"""


@pytest.mark.parametrize("first", [True, False])
def test_no_file_is_handed_to_the_library_in_c(first):
    """AWS's CRT opens sockets that Python does not hear of."""
    lab = "from helpers import Lab; Lab(seed=1)\n"
    check = "print(transfer._should_use_crt(config))"
    stub = (
        "import types, sys\n"
        "class Optimised:\n"
        "    is_optimized_for_system = staticmethod(lambda: True)\n"
    )
    use = CRT + "transfer.awscrt = types.SimpleNamespace(s3=Optimised, __version__='1.0')\n"
    program = stub + (use + lab if first else lab + use) + check
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.split() == ["False"]
