"""A poll that finds nothing, at a fraction of the cost of the full way through moto.

A worker that idles for a day makes 4,320 long polls, and one that asks many queues in turn makes
more short ones. The wait and the answer are the same as on the full way; a poll that finds
something, or that is not of this simple form, goes there.
"""

import json
from threading import get_ident

from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal import mock_random
from moto.sqs.exceptions import SQSException
from moto.sqs.models import sqs_backends

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs import receiving
from helpers.emulator.sqs.queue import IN_FLIGHT_LIMIT, CorrectedQueue

Answer = tuple[int, dict[str, str], str]


def empty_poll(body: bytes | str, region: str) -> Answer | None:
    """Wait for the first visible message on a standard queue, or look for it if there is no wait.

    Returns the empty answer when the poll is over. None when the full way has to be gone: there is
    a message, or the poll is not of this form. The full way ends when this poll would have ended.
    """
    params = json.loads(body)
    name = params.get("QueueUrl", "").rpartition("/")[2]
    queue = sqs_backends[DEFAULT_ACCOUNT_ID][region].queues.get(name)
    if not isinstance(queue, CorrectedQueue) or queue.fifo_queue:
        return None
    try:
        receiving.check(params)
    except SQSException:
        return None  # it is refused there
    wait = params.get("WaitTimeSeconds", queue.receive_message_wait_time_seconds)
    with queue._condition:
        now = queue.catch_up()
        if not wait and len(queue.store.in_flight) >= IN_FLIGHT_LIMIT:
            return None  # OverLimit
        end = now + wait
        while not queue.store.visible_count:
            if end - now <= RESOLUTION:
                queue.record.count("NumberOfEmptyReceives")
                queue.record.count("NumberOfMessagesReceived", 0)
                request_id = f"{mock_random.getrandbits(128):032x}"
                return 200, {"x-amzn-RequestId": request_id}, "{}"
            moves = [task.next_at for task in queue.moves]
            queue.store.sleep_until(min(end, queue.store.next_change(), *moves), now)
            now = queue.catch_up()
        queue.poll_ends[get_ident()] = end
    return None
