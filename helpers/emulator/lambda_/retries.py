"""How often and when Lambda tries an asynchronous invocation again.

Statements followed (November 2026), from the Lambda Developer Guide, "How Lambda handles errors and
retries with asynchronous invocation": an invocation that ends in an error is tried twice more,
after one minute and after two more; one that is throttled goes back to the queue for up to six
hours, after 1 s, doubling up to five minutes.
"""

RETRY_WAITS = (60.0, 120.0)  # seconds
QUEUE_AGE = 6 * 3600.0  # seconds that an event is kept
BACK_OFF = (1.0, 300.0)  # first and longest wait after a throttle, seconds
