"""What moto's services read off a request before they act, at a fraction of the cost.

moto looks in every request for what only a form, a browser's upload or another protocol has. Here
is the same for a request that is none of these; all others go moto's own way.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import ParseResult, parse_qs, urlparse

from moto.core import DEFAULT_ACCOUNT_ID, routing
from moto.core.model import OperationModel
from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.core.routing import RestRouter, SmithyRule
from moto.iam.models import iam_backends, mark_account_as_visited
from moto.utilities.utils import get_partition
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.http import http_date

from helpers.emulator.guard import applied

EXPECTED_SOURCES = {
    "moto.core.responses:BaseResponse._get_param": "2125ae237500",
    "moto.core.responses:BaseResponse.get_current_account": "73816bc14741",
    "moto.core.responses:BaseResponse.get_region_from_url": "f26e68bd6df6",
    "moto.core.responses:BaseResponse.setup_class": "0045fc77574a",
    "moto.core.routing:RestRouter._match": "cc3f196aa62f",
    "moto.core.routing:_get_path_info_for_matching": "8c9372f2fe68",
    "moto.core.routing:_match_path": "89ed43237617",
    "moto.core.routing:to_uri_params": "3bb82f7369c8",
}

_real_set_up = BaseResponse.setup_class
_real_param = BaseResponse._get_param
_real_account = BaseResponse.get_current_account
_dated = lru_cache(maxsize=8)(http_date)


def set_up(
    self: BaseResponse,
    request: Request,
    full_url: str | None = None,
    headers: Any = None,
    use_raw_body: bool | None = None,
) -> None:
    """Read address, body and caller of a request, as moto does."""
    url = request.raw_url if full_url is None else full_url
    address, sent = _parts(url), request.environ
    own = headers is None or headers is request.headers
    # What is compressed must not be read before moto has it.
    other = not own or request.from_wsgi_server or "HTTP_CONTENT_ENCODING" in sent
    if other or self.use_raw_body or use_raw_body or _is_form(request, address):
        _real_set_up(self, request, full_url, headers, use_raw_body)
        return
    body = request.data
    authorization = sent.get("HTTP_AUTHORIZATION", "")
    kind: Callable[[], BaseResponse] = type(self)
    region = _region(kind, url, sent.get("HTTP_USER_AGENT", ""), authorization)
    self.is_werkzeug_request = False
    self.normalized_request = request
    self.uri, self.parsed_url, self.path = url, address, address.path
    self.raw_path = request.raw_path
    self.raw_body, self.body, self.form_data = body, body.decode(), request.form
    # moto takes a body of JSON for a form too, and finds an "Action" in what it only carries.
    self.querystring = self.data = parse_qs(address.query, keep_blank_values=True)
    self.method = request.method
    self.region, self.partition = region, get_partition(region)
    self.uri_match = {}
    sent.setdefault("HTTP_HOST", address.netloc)
    self.headers = request.headers
    # A date of HTTP has whole seconds.
    self.response_headers = {"server": "amazon.com", "date": _dated(int(time.time()))}
    if self.automated_parameter_parsing and self._get_action():
        self.parse_parameters(request)
    named = self.querystring.get("AWSAccessKeyId")
    self.access_key = self.get_access_key() if named else _access_key(authorization)
    self.current_account = self.get_current_account()
    mark_account_as_visited(
        account_id=self.current_account,
        access_key=self.access_key,
        service=self.service_name or "",
        region=region,
    )


def _is_form(request: Request, address: ParseResult) -> bool:
    """Whether moto has to look for what is asked in a form, or in the headers."""
    return bool(request.form or request.files) or not (request.data or address.query)


@lru_cache(maxsize=512)
def _access_key(authorization: str) -> str:
    response = BaseResponse()
    response.headers = {"Authorization": authorization} if authorization else {}
    response.querystring = {}
    return response.get_access_key()


def account(self: BaseResponse) -> str:
    """Whose key it is. As long as one account alone has any, there is nothing to look up."""
    sent = getattr(self.headers, "environ", None)
    named = sent is None or "HTTP_X_MOTO_ACCOUNT_ID" in sent
    if named or any(other != DEFAULT_ACCOUNT_ID for other in list(iam_backends)):
        return _real_account(self)
    return DEFAULT_ACCOUNT_ID


@lru_cache(maxsize=512)
def _parts(url: str) -> ParseResult:
    return urlparse(url)


@lru_cache(maxsize=512)
def _region(kind: Callable[[], BaseResponse], url: str, agent: str, authorization: str) -> str:
    """The region that a service reads in an address, or else in a header."""
    sent = {"User-Agent": agent, **({"Authorization": authorization} if authorization else {})}
    return kind().get_region_from_url(SimpleNamespace(headers=sent), url)


def param(self: BaseResponse, param_name: str, if_none: Any = None) -> Any:
    """A parameter of a request, from its body or its address."""
    if not self.automated_parameter_parsing or "." in param_name:
        return _real_param(self, param_name, if_none)
    for known in (self.params, self.uri_match):
        if param_name in known:
            return known[param_name]
    return if_none


def matched(self: RestRouter, request: Request) -> tuple[OperationModel | None, dict[str, Any]]:
    """The operation that an address and its method stand for, and the labels in it."""
    rule, labels = _rule(self, request.host, self._get_path(request), request.method)
    return rule.match_request(request), dict(labels)


@lru_cache(maxsize=512)
def _rule(
    router: RestRouter, host: str, path: str, method: str
) -> tuple[SmithyRule, dict[str, Any]]:
    path = routing._get_path_info_for_matching(path)
    try:
        rule, labels = routing._match_path(router._map.bind(host), path, method)
    except MethodNotAllowed as error:
        raise NotFound from error
    assert isinstance(rule, SmithyRule)
    return rule, routing.to_uri_params(labels)


def corrections() -> AbstractContextManager[None]:
    """Spare the work for as long as the context is open."""
    replacements: dict[str, Any] = {"setup_class": set_up, "_get_param": param}
    if "MOTO_ACCOUNT_ID" not in os.environ:  # moto looks for it with each request
        replacements["get_current_account"] = account
    return applied(
        EXPECTED_SOURCES, (BaseResponse, replacements), (RestRouter, {"_match": matched})
    )
