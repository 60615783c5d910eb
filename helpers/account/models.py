"""botocore's models of the services, read once for all runs of a process."""

from __future__ import annotations

import functools

import botocore.loaders
import botocore.model


@functools.cache
def _loader() -> botocore.loaders.Loader:
    return botocore.loaders.create_loader()


@functools.cache
def model(service: str) -> botocore.model.ServiceModel:
    """The model of a service, by boto3's name of it."""
    data = _loader().load_service_model(service, "service-2")
    return botocore.model.ServiceModel(data, service)
