"""How long EventBridge goes on with a target that fails, and how long it waits in between.

Statements followed, as of November 2026:

- "EventBridge retries sending the event for 24 hours and up to 185 times with an exponential back
  off and jitter, or randomized delay." (User Guide, "How EventBridge retries delivering events")
- A target's RetryPolicy sets both, "until either the maximum number of attempts is made or until
  the duration of the MaximumEventAgeInSeconds is met" (API model: RetryPolicy).

AWS does not document the waits. Here they begin with about one second and double up to about eight
minutes, each drawn from half to one and a half times that, so that 185 of them take about 24 hours.
An experiment can let a lab have another longest wait, to see what hangs on it.
"""

import random
from weakref import WeakKeyDictionary

import boto3

RETRIES = 185
AGE = 86_400.0  # seconds
FIRST_WAIT, LONGEST_WAIT = 1.0, 480.0  # seconds, before the jitter
JITTER = (0.5, 1.5)

_longest: WeakKeyDictionary[boto3.Session, float] = WeakKeyDictionary()  # by lab


def wait_at_most(seconds: float) -> None:
    """Let the open lab's bus wait about so long at most, instead of `LONGEST_WAIT`.

    Raises
    ------
    ValueError
        With the value, if it is shorter than the first wait.
    """
    if not seconds >= FIRST_WAIT:
        raise ValueError(f"the longest wait is at least {FIRST_WAIT} s, got {seconds!r}")
    assert boto3.DEFAULT_SESSION is not None  # a lab is open
    _longest[boto3.DEFAULT_SESSION] = seconds


def wait_before_retry(attempts: int) -> float:
    """Seconds to wait after so many failed attempts. See above for where it comes from."""
    session, doublings = boto3.DEFAULT_SESSION, min(attempts - 1, 20)
    longest = LONGEST_WAIT if session is None else _longest.get(session, LONGEST_WAIT)
    return min(FIRST_WAIT * 2.0**doublings, longest) * random.uniform(*JITTER)
