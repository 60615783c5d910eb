"""How long EventBridge goes on with a target that fails, and how long it waits in between.

Statements followed, as of November 2026:

- "EventBridge retries sending the event for 24 hours and up to 185 times with an exponential back
  off and jitter, or randomized delay." (User Guide, "How EventBridge retries delivering events")
- A target's RetryPolicy sets both, "until either the maximum number of attempts is made or until
  the duration of the MaximumEventAgeInSeconds is met" (API model: RetryPolicy).

AWS does not document the waits. Here they begin with about one second and double up to about eight
minutes, each drawn from half to one and a half times that, so that 185 of them take about 24 hours.
"""

import random

RETRIES = 185
AGE = 86_400.0  # seconds
FIRST_WAIT, LONGEST_WAIT = 1.0, 480.0  # seconds, before the jitter
JITTER = (0.5, 1.5)


def wait_before_retry(attempts: int) -> float:
    """Seconds to wait after so many failed attempts. See above for where it comes from."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT) * random.uniform(*JITTER)
