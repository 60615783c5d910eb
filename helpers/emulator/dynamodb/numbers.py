"""Numbers of DynamoDB: 38 digits, from 1E-130 to 9.99…E+125, written without zeros to spare.

Source: Developer Guide, "Supported data types and naming rules", Number: "Numbers can have up to 38
digits of precision. Exceeding this results in an exception"; "Leading and trailing zeroes are
trimmed". Words of the errors: recorded in the public tests of dynalite, which run against AWS.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from helpers.emulator.dynamodb.refusals import Malformed

DIGITS = 38
SMALLEST, LARGEST = -130, 125  # exponents of the first digit
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
NO_NUMBER = "The parameter cannot be converted to a numeric value"
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
TOO_MANY_DIGITS = "Attempting to store more than 38 significant digits in a Number"
_short = re.compile(r"-?[1-9][0-9]{0,30}|0")
_exact = Context(prec=600)
_rounded = Context(prec=DIGITS, rounding=ROUND_HALF_UP)


def canonical(text: str) -> str:
    """The one way in which DynamoDB writes a number.

    Raises
    ------
    Malformed
        If it is no number, has more than 38 digits, or is too large or too small.
    """
    if _short.fullmatch(text):
        return text.rstrip("\n")
    if not NUMBER.fullmatch(text):
        raise Malformed(f"{NO_NUMBER}: {text}" if text else NO_NUMBER)
    return _written(Decimal(text))


def _written(number: Decimal) -> str:
    sign, digits, exponent = number.as_tuple()
    significant = "".join(map(str, digits)).strip("0")
    if not significant:
        return "0"
    if number.adjusted() > LARGEST:
        raise Malformed(OVERFLOW)
    if number.adjusted() < SMALLEST:
        raise Malformed(UNDERFLOW)
    if len(significant) > DIGITS:
        raise Malformed(TOO_MANY_DIGITS)
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    plain = Decimal((sign, tuple(map(int, significant)), int(exponent) + trailing))
    return f"{plain:f}"


def added(first: str, second: str, *, minus: bool = False) -> str:
    """The sum or the difference of two numbers, rounded to 38 digits.

    AWS does not say how a sum of more than 38 digits is rounded; half up is the lab's choice.
    """
    left, right = Decimal(first), Decimal(second)
    total = _exact.subtract(left, right) if minus else _exact.add(left, right)
    return _written(_rounded.plus(total))


def size(text: str) -> int:
    """Bytes that a number takes: one for two digits, and one or two more.

    Source: Developer Guide, "DynamoDB item sizes and formats": "approximately (number of UTF-8
    bytes of the attribute name) + (1 byte per two significant digits) + (1 byte)".
    """
    digits = len(text.replace("-", "").replace(".", "").strip("0")) or 1
    return (digits + 1) // 2 + 1 + text.startswith("-")
