"""What moto works out anew for every request, at a fraction of the cost.

Nothing that a caller sees is different, but that request ids are drawn in one go.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core import responses
from moto.core.base_backend import BackendDict
from moto.core.model import Shape
from moto.core.request import Request, normalize_request
from moto.core.serialize import (
    DEFAULT_ALIAS_PROVIDERS,
    AttributePickerContext,
    ResponseSerializer,
    XFormedAttributePicker,
)
from moto.moto_api._internal import mock_random
from werkzeug.datastructures import ImmutableMultiDict

from helpers.emulator.guard import applied

FORMS = ("application/x-www-form-urlencoded", "application/x-url-encoded", "multipart/form-data")
NOTHING: ImmutableMultiDict[str, Any] = ImmutableMultiDict()

EXPECTED_SOURCES = {
    "moto.core.base_backend:BackendDict.__getitem__": "16766ef9c002",
    "moto.core.base_backend:BackendDict._create_account_specific_backend": "efcc193ee3ca",
    "moto.core.base_backend:BackendDict.reset": "3d511e2c8b71",
    "moto.core.request:Request.from_primitives": "4cfb35d5fb26",
    "moto.core.request:Request.raw_path": "26b434777715",
    "moto.core.request:Request.raw_url": "cc7adbe7c26a",
    "moto.core.request:normalize_request": "499186edb58b",
    "moto.core.serialize:AttributePicker.__call__": "c15da8ec29c1",
    "moto.core.serialize:AttributePicker.get_possible_keys": "cb284052c5ea",
    "moto.core.serialize:ClassPrefixAlias": "badfb8d077e5",
    "moto.core.serialize:ExplicitAlias": "50e6df2c5ef1",
    "moto.core.serialize:ModelAlias": "dc305f0cc884",
    "moto.core.serialize:NoAlias": "54b6a9dd71d3",
    "moto.core.serialize:ResponseSerializer.get_value": "5ac16904b91c",
    "moto.core.serialize:ShapeNameAlias": "3aac05bf01b4",
    "moto.core.serialize:ShapePrefixAlias": "bc24d299803b",
    "moto.core.serialize:XFormedAttributePicker.get_possible_keys": "f0d20f55f37f",
    "moto.core.utils:camelcase_to_underscores": "084cdc5bab92",
    "moto.core.utils:method_names_from_class": "9dbac89d082b",
    "moto.utilities.aws_headers:gen_amzn_requestid_long": "e651941c2107",
}


def request_id(headers: dict[str, Any] | None = None) -> str:
    """52 characters, noted in `headers`, as moto's own function does."""
    drawn = f"{mock_random.getrandbits(208):052X}"
    if headers is not None:
        headers["x-amzn-requestid"] = drawn
    return drawn


def normalized(request: AWSPreparedRequest) -> Request:
    """The request in moto's own form. What is alike for all requests to one address is kept."""
    body = request.body or b""
    if not isinstance(body, bytes):
        return normalize_request(request)  # a stream, or text of an old protocol
    environ = _environ(request.method, request.url).copy()
    for name, value in request.headers.items():
        key = _environ_key(name)
        if key is None:
            return normalize_request(request)
        environ[key] = value.decode() if isinstance(value, bytes) else value
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)
    made = Request(environ)
    if not environ.get("CONTENT_TYPE", "").lower().startswith(FORMS):
        # What werkzeug finds in any other body, and keeps under these names: no form.
        vars(made).update(form=NOTHING, files=NOTHING, stream=environ["wsgi.input"])
    return made


@lru_cache(maxsize=512)
def _environ_key(name: str) -> str | None:
    """Under which name a header stands in an environ; None if moto treats it in its own way."""
    key = name.upper().replace("-", "_")
    if key == "TRANSFER_ENCODING" or "_" in name:
        return None
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def raw_url(request: AWSPreparedRequest, made: Request) -> str:
    """The full URL of a request as it arrived, which moto puts together from `made`."""
    # A Host header would name another host than the address does.
    return made.raw_url if "Host" in request.headers else _raw_url(request.method, request.url)


@lru_cache(maxsize=512)
def _raw_url(method: str, url: str) -> str:
    return Request(_environ(method, url).copy()).raw_url


@lru_cache(maxsize=512)
def _environ(method: str, url: str) -> dict[str, Any]:
    return Request.from_primitives(method, url, {}, b"").environ


_real_keys = XFormedAttributePicker.get_possible_keys


def possible_keys(picker: XFormedAttributePicker, context: AttributePickerContext) -> Iterable[str]:
    """Under which names a value of an answer may stand in moto's own object."""
    own = picker.alias_providers is not DEFAULT_ALIAS_PROVIDERS or hasattr(context.obj, "Meta")
    if own:  # names that depend on more than the object's class
        return _real_keys(picker, context)
    return _keys(type(context.obj).__name__, context.key, context.shape)


@lru_cache(maxsize=8192)
def _keys(kind: str, key: str, shape: Shape) -> tuple[str, ...]:
    """The possible names of a value in an object whose class is called `kind`."""
    like_it = type(kind, (), {})()
    context = AttributePickerContext(obj=like_it, key=key, shape=shape)
    return tuple(_real_keys(XFormedAttributePicker(), context))


_real_value = ResponseSerializer.get_value


def value_of(self: ResponseSerializer, value: Any, key: str, shape: Shape) -> Any:
    """What an answer has under a name. Most structures lack most of their members."""
    picker = self._value_picker
    usual = type(picker) is XFormedAttributePicker and not picker.response_transformers
    if (
        not usual
        or type(value) is not dict
        or picker.alias_providers is not DEFAULT_ALIAS_PROVIDERS
    ):
        return _real_value(self, value, key, shape)
    for name in _keys("dict", key, shape):
        if name in value:
            return value[name]
    return None


_real_account = BackendDict.__getitem__


def account_of(self: BackendDict[Any], account_id: str) -> Any:
    """What a service has for an account. What is there has been noted as in use already."""
    found = self.get(account_id)
    return _real_account(self, account_id) if found is None else found


def corrections() -> AbstractContextManager[None]:
    """Spare the work for as long as the context is open."""
    replacements = {
        "camelcase_to_underscores": cache(responses.camelcase_to_underscores),
        "method_names_from_class": cache(responses.method_names_from_class),
        "gen_amzn_requestid_long": request_id,
    }
    return applied(
        EXPECTED_SOURCES,
        (responses, replacements),
        (XFormedAttributePicker, {"get_possible_keys": possible_keys}),
        (ResponseSerializer, {"get_value": value_of}),
        (BackendDict, {"__getitem__": account_of}),
    )
