"""Why EventBridge refuses an event pattern."""


class InvalidPattern(ValueError):
    """An event pattern that EventBridge refuses.

    Attributes
    ----------
    code : str
        AWS's error code.
    reason : str
        What is wrong, in the words of AWS's open-source matcher where it has some. They are the
        words of the service too (answers recorded in the tests of LocalStack, December 2024).
    """

    code = "InvalidEventPatternException"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Event pattern is not valid. Reason: {reason}")
        self.reason = reason


class TooManyCombinations(InvalidPattern):
    """More combinations of `$or` than a rule may have."""

    code = "LimitExceededException"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} combinations of $or")
        self.args = ("The requested resource exceeds the maximum number allowed.",)
