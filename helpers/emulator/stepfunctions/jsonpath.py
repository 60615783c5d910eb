"""JSONPath and texts in a definition, read as they are written.

- A path without the operators ``.. , : ? *`` "can identify only a single node", and gives what is
  there [Step Functions Developer Guide, "Using paths to access input", November 2026]. In moto
  ``$.items[0].sku`` gives a list of one.
- Texts are JSON: a quote, a line break or a letter such as ü may stand in a state's name, in the
  name of a field, or in an assigned value. moto leaves the escapes of JSON in there.
"""

import json
import re
from contextlib import AbstractContextManager
from typing import Any

from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import json_path

from helpers.emulator.guard import applied

PREPROCESSOR = "moto.stepfunctions.parser.asl.parse.preprocessor:Preprocessor"
EXPECTED_SOURCES = {
    f"{PREPROCESSOR}._inner_string_of": "d9f476327b5b",
    "moto.stepfunctions.parser.asl.utils.json_path:_is_singleton_array_access": "27ecdbc1d2c0",
    "moto.stepfunctions.parser.asl.utils.json_path:extract_json": "932245247973",
}
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
SEVERAL = re.compile(r"\*|\.\.|[?:,]")  # wildcard, descent, filter, slice, union


def names_one_place(path: str) -> bool:
    """Whether a path gives one value, and not a list of what it finds."""
    return SEVERAL.search(QUOTED.sub("", path)) is None


def text_of(parser_rule_context: Any) -> str | None:
    """Replaces `_inner_string_of`: the text that a JSON string stands for."""
    written = parser_rule_context.getText()
    if written == "null":
        return None
    return json.loads(written) if written.startswith('"') else written


def corrections() -> AbstractContextManager[None]:
    """Correct paths and texts for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (json_path, {"_is_singleton_array_access": names_one_place}),
        (Preprocessor, {"_inner_string_of": staticmethod(text_of)}),
    )
