"""Why EventBridge refuses an event pattern."""


class InvalidPattern(ValueError):
    """An event pattern that EventBridge refuses.

    Attributes
    ----------
    code : str
        AWS's error code.
    reason : str
        What is wrong, in the words of AWS's open-source matcher where it has some. They are the
        words of the service too (answers recorded from AWS in the tests of LocalStack, 2024).
    """

    code = "InvalidEventPatternException"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Event pattern is not valid. Reason: {reason}")
        self.reason = reason
