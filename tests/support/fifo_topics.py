"""Attributes of FIFO topics, and what SNS says of a call that it refuses."""

import pytest
from botocore.exceptions import ClientError

FIFO = {"FifoTopic": "true"}
BY_CONTENT = {**FIFO, "ContentBasedDeduplication": "true"}


def refusal(call, *args, **more):
    with pytest.raises(ClientError) as refused:
        call(*args, **more)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]
