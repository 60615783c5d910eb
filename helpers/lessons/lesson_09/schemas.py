"""The JSON Schemas of the shop's events, from `data/schemas/`.

Knows no AWS SDK. `data/README.md` tells what they are.
"""

import json

from jsonschema import Draft202012Validator

from helpers.load.recorded import DATA


def validator(version, *, closed=False, required=(), event="order-placed"):
    """A validator for the detail of an event; its `is_valid` and `iter_errors` take a dictionary.

    Parameters
    ----------
    version : str
        Such as "v1" or "v2-added".
    closed : bool
        Whether fields that the schema does not name at its top level are refused.
    required : collection of str
        Fields that are required beside those that the schema requires.

    Raises
    ------
    ValueError
        There is no such version.
    """
    folder = DATA / "schemas"
    path = folder / f"{event}.{version}.json"
    if not path.exists():
        there = sorted(p.stem.removeprefix(f"{event}.") for p in folder.glob(f"{event}.*.json"))
        raise ValueError(f"no version {version!r} of {event}; there are {there}")
    schema = json.loads(path.read_text(encoding="utf-8"))
    if closed:
        schema["additionalProperties"] = False
    if required:
        schema["required"] = [*schema.get("required", ()), *required]
    return Draft202012Validator(schema)
