"""What a request asks for: the operation and its parameters, read as the service reads them.

The parameters have the names and the nesting of botocore's API model. A blob stays as it travels,
in base64.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import QueryParser
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

JSON, QUERY, REST_JSON = "json", "query", "rest-json"
Parameters = dict[str, Any]


class Arrival(NamedTuple):
    """One request to an operation of a service."""

    model: OperationModel
    read: Callable[[], Parameters]

    @property
    def service(self) -> str:
        return self.model.service_model.service_name

    @property
    def protocol(self) -> str:
        return self.model.service_model.resolved_protocol


def service_model(service: str) -> ServiceModel:
    """The API model of a service, from botocore, in the classes that moto's parsers know."""
    return get_service_model(service)


@cache
def operation_model(service: str, operation: str) -> OperationModel | None:
    """The API model of an operation; None if the service has no such operation."""
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def understood(service: str, request: AWSPreparedRequest) -> Arrival | None:
    """The operation that a request is for; None if its protocol is not read here (S3's).

    Parameters
    ----------
    service
        botocore's name of it.
    """
    target = request.headers.get("X-Amz-Target")
    if target is not None:
        name = target.decode() if isinstance(target, bytes) else target
        model = operation_model(service, name.rpartition(".")[2])
        return model and Arrival(model, partial(_json, _body(request)))
    protocol = service_model(service).resolved_protocol
    if protocol == QUERY:
        body = _body(request)
        form = parse_qs(_text(body), keep_blank_values=True)
        model = operation_model(service, form.get("Action", [""])[0])
        return model and Arrival(model, partial(_form, model, body))
    if protocol == REST_JSON:
        return _routed(service, request)
    return None


def _routed(service: str, request: AWSPreparedRequest) -> Arrival | None:
    found = _route(service, request.method, urlsplit(request.url).path)
    return found and Arrival(found[0], partial(_rest, found[0], request, found[1]))


@lru_cache(maxsize=512)
def _route(service: str, method: str, path: str) -> tuple[OperationModel, dict[str, str]] | None:
    """The operation at an address, and the labels in its path."""
    for taken, pattern, operation in _routes(service):
        found = pattern.fullmatch(path) if taken == method else None
        if found is not None:
            model = operation_model(service, operation)
            return model and (model, found.groupdict())
    return None


# Reading.


def _body(request: AWSPreparedRequest) -> Any:
    """What was sent; botocore compresses what is long, where the API model allows it."""
    body = request.body
    packed = isinstance(body, bytes) and _header(request, "Content-Encoding") == "gzip"
    return gzip.decompress(body) if packed else body


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes) else body or ""


def _json(body: Any) -> Parameters:
    """The object in a body; nothing if there is none, or it is not read twice (a stream)."""
    if not body or not isinstance(body, (str, bytes)):
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _form(model: OperationModel, body: Any) -> Parameters:
    pairs = parse_qsl(_text(body), keep_blank_values=True)
    blobs_as_they_are = QueryParser(model, blob_parser=lambda value: value)
    read: Any = {"values": MultiDict(pairs)}  # all of a request that this parser looks at
    return blobs_as_they_are.parse(read)


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of the operations; literal paths before those with more labels."""
    routes = []
    for name in service_model(service).operation_names:
        http = service_model(service).operation_model(name).http
        path = http["requestUri"].partition("?")[0]
        labels = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        greedy = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", labels)
        routes.append((path.count("{"), (http["method"], re.compile(greedy), name)))
    return [route for _, route in sorted(routes, key=lambda entry: entry[0])]


def _rest(model: OperationModel, request: AWSPreparedRequest, labels: dict[str, str]) -> Parameters:
    found: Parameters = {}
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    shape = model.input_shape
    if shape is None:
        return found
    payload = shape.serialization.get("payload")
    body = {} if payload else _json(_body(request))
    for name, member in shape.members.items():
        location, key = member.serialization.get("location"), member.serialization.get("name", name)
        value: Any = None
        if location == "uri":
            value = unquote(labels[key]) if key in labels else None
        elif location == "querystring":
            value = query.get(key)
            if value is not None and member.type_name != "list":
                value = _scalar(member.type_name, value[0])
        elif location == "header":
            value = _header(request, key)
        elif location is None and name != payload:
            value = body.get(key)
        if value is not None:
            found[name] = value
    return found


def _header(request: AWSPreparedRequest, key: str) -> str | None:
    value = request.headers.get(key)
    return value.decode() if isinstance(value, bytes) else value


def _scalar(kind: str, text: str) -> Any:
    if kind in ("integer", "long") and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return text
