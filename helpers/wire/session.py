"""The default session of a lab, and what the clients of all labs share.

A lesson opens dozens of labs, and botocore makes all of this anew for each client: it reads the API
models, resolves their shapes, registers its handlers, and looks up each event under the names that
services had earlier. None of it depends on the lab.
"""

from __future__ import annotations

import contextlib
import copy
import functools
from collections.abc import Iterator

import boto3
import botocore.loaders
import botocore.session
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.model import ServiceModel

from helpers.clock import swapped

_real_copy = EventAliaser.__copy__
_real_model = ClientCreator._load_service_model
_event_names: dict[str, str] = {}


@functools.cache
def loader() -> botocore.loaders.Loader:
    """Who reads botocore's API models, each of them once."""
    return botocore.loaders.create_loader()


@functools.cache
def _handlers() -> HierarchicalEmitter:
    """The handlers that botocore gives each session. To register them takes most of its time."""
    registered = HierarchicalEmitter()
    botocore.session.Session(event_hooks=registered)
    return registered


def new_session() -> boto3.Session:
    """A default session that has not read anything yet but botocore's own API models."""
    core = botocore.session.Session(
        event_hooks=copy.copy(_handlers()), include_builtin_handlers=False
    )
    core.register_component("data_loader", loader())
    core.get_component("event_emitter")._alias_name_cache = _event_names
    session = boto3.Session(botocore_session=core)
    paths = loader().search_paths
    paths[:] = dict.fromkeys(paths)  # boto3 adds its own with each session
    return session


@contextlib.contextmanager
def shared() -> Iterator[None]:
    """Let the clients that are made in the block share what botocore makes for each."""
    with (
        swapped(EventAliaser, {"__copy__": _copy}),
        swapped(ClientCreator, {"_load_service_model": _load_service_model}),
    ):
        yield


def _copy(self: EventAliaser) -> EventAliaser:
    """A client's events, copied from the session's, have the same names."""
    made: EventAliaser = _real_copy(self)
    made._alias_name_cache = self._alias_name_cache
    return made


def _load_service_model(
    self: ClientCreator, service_name: str, api_version: str | None = None
) -> ServiceModel:
    """A reader's own session may look for models elsewhere, so it has models of its own."""
    if self._loader is not loader():
        return _real_model(self, service_name, api_version)
    return _service_model(service_name, api_version)


@functools.cache
def _service_model(service_name: str, api_version: str | None) -> ServiceModel:
    model = loader().load_service_model(service_name, "service-2", api_version=api_version)
    return ServiceModel(model, service_name=service_name)
