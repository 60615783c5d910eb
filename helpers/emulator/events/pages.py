"""Pages of a list: Limit and NextToken, for every list of EventBridge.

moto's pages of targets go by the ARN, which two targets may share, and it has none of archives and
replays. Limit is 1 to 100 (API model: LimitMax100). How many there are without a Limit is not
documented; here it is 100.
"""

import base64
import json
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.responses import EventsHandler

DEFAULT_LIMIT = 100
MARK = "after "  # begins a token, before it is encoded


def page_of(handler: EventsHandler, name: str, items: list[Any]) -> tuple[str, dict[str, Any]]:
    """The answer of a list: the page that the request asks for, and the token of the next.

    Parameters
    ----------
    name : str
        Of the list in the answer.

    Raises
    ------
    ValidationException
        If the token is none of those that an answer had.
    """
    start = _start(handler._get_param("NextToken"))
    end = start + int(handler._get_param("Limit") or DEFAULT_LIMIT)
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return json.dumps({name: items[start:end], **more}), handler.response_headers


def _token(start: int) -> str:
    return base64.b64encode(f"{MARK}{start}".encode()).decode()


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = base64.b64decode(token, validate=True).decode()
        return int(text.removeprefix(MARK)) if text.startswith(MARK) else int("")
    except ValueError:
        raise ValidationException(f"Parameter NextToken is not valid: {token}") from None
