"""Executions for the tests: time passes, and a call is refused."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


def pass_time(lab, seconds=1.0):
    with lab.running(seconds=seconds):
        pass


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]
