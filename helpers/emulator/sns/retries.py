"""How often and when SNS tries a delivery again, to a queue or a function.

SNS Developer Guide, "Amazon SNS message delivery retries" (November 2026), for AWS managed
endpoints: after a server-side error SNS tries again 3 times without delay, twice 1 second apart, 10
times with exponential back-off from 1 to 20 seconds, 100,000 times 20 seconds apart; 100,015
attempts over 23 days. With jitter: how much is not said, so the waits of the back-off are between
half of their length and all of it ("equal jitter" of the post that the page refers to).
"""

import random

IMMEDIATE, PRE_BACK_OFF, BACK_OFF = 3, 2, 10  # attempts of the phases, after the first attempt
FIRST_PHASES = 1 + IMMEDIATE + PRE_BACK_OFF + BACK_OFF
SHORTEST, LONGEST = 1.0, 20.0  # seconds, of the back-off
LAST_WAIT = 20.0  # seconds between attempts of the last phase
LAST_PHASE = 100_000 * LAST_WAIT  # seconds
# Throttling is not the sender's fault, whatever its status.
THROTTLED = {"RequestThrottled", "Throttling", "ThrottlingException", "TooManyRequestsException"}


def wait_after(attempt: int) -> float:
    """Seconds to wait after an attempt of the first phases, counted from 1."""
    if attempt <= IMMEDIATE:
        return 0.0
    if attempt <= IMMEDIATE + PRE_BACK_OFF:
        return SHORTEST
    step = attempt - IMMEDIATE - PRE_BACK_OFF - 1
    longest = SHORTEST * (LONGEST / SHORTEST) ** (step / (BACK_OFF - 1))
    return longest * random.uniform(0.5, 1.0)
