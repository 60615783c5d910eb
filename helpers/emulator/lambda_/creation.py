"""Functions that are made and changed by the API: from a zip file, given or in a bucket.

What is refused, and how (November 2026):

- A zip file that is none, a role that does not exist, a bucket or an object that does not exist,
  reserved variables, more than 4 KB of them: InvalidParameterValueException [as answered by the
  service].
- Timeout is 1 to 900 s, MemorySize 128 to 10,240 MB [Lambda Developer Guide, "Lambda quotas"; the
  API model's larger numbers are those of Lambda Managed Instances]: ValidationException.
- What the lab cannot run truthfully is refused too, and says so: other languages than Python,
  images, layers, file systems, durable functions.

The code runs in the Python of this process, whichever Runtime python3.x says.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend

from helpers.emulator.lambda_.asynchronous import check_dead_letters
from helpers.emulator.lambda_.errors import invalid, refusal
from helpers.emulator.lambda_.functions import MEMORY, TIMEOUT, check_reservation
from helpers.emulator.lambda_.package import Package
from helpers.emulator.lambda_.programs import Program, Uploaded
from helpers.emulator.lambda_.variables import RESERVED

if TYPE_CHECKING:
    from helpers.emulator.lambda_.functions import Functions

VARIABLES = 4096  # bytes ["Lambda quotas"]
NOT_MODELLED = (
    "AcceleratorConfig", "CapacityProviderConfig", "DurableConfig", "FileSystemConfigs",
    "ImageConfig", "Layers", "TenancyConfig",
)  # fmt: skip
EXPECTED_SOURCES = {
    "moto.awslambda.models:LambdaBackend.create_function": "dea879c1b1bc",
    "moto.awslambda.models:LambdaBackend.publish_version": "d1aa1e465bb6",
    "moto.awslambda.models:LambdaBackend.update_function_code": "da42535db0cf",
    "moto.awslambda.models:LambdaBackend.update_function_configuration": "b11ed261c9ac",
    "moto.awslambda.models:LambdaBackend.put_function_concurrency": "8caf590f63fc",
    "moto.awslambda.models:LambdaFunction.update_function_code": "64e3dbbbd694",
    "moto.awslambda.models:LambdaStorage.publish_version": "b62a3d20bd8f",
}

# Taken before anything is replaced: a lab beside another replaces what that one has replaced.
create_in_moto = LambdaBackend.create_function
configure_in_moto = LambdaBackend.update_function_configuration
reserve_in_moto = LambdaBackend.put_function_concurrency


def of_backend(functions: Functions) -> dict[str, Callable[..., Any]]:
    """Replacements for moto's LambdaBackend."""

    def create(self: Any, spec: dict[str, Any]) -> Any:
        spec = dict(spec)
        publish, program = spec.pop("Publish", False), spec.pop("program", None)
        if program is None:
            program = _checked(self, spec)
        made = create_in_moto(self, spec)
        made.dead_letter_arn = (spec.get("DeadLetterConfig") or {}).get("TargetArn", "")
        functions.give(made, program)
        if publish:
            version = self.publish_version(made.function_name).version
            made = copy.copy(made)
            made.version = version
        return made

    def update_code(
        self: Any, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        function = self.get_function(function_name, qualifier)
        program = _uploaded(self, body)
        if not body.get("DryRun"):
            function.update_function_code(body)
            functions.give(function, program)
        if body.get("Publish") and not body.get("DryRun"):
            function = self.publish_version(function_name)
        return function.get_configuration()

    def configure(
        self: Any, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        _check_settings(body)
        found = configure_in_moto(self, function_name, qualifier, body)
        functions.renew(self.get_function(function_name, qualifier))
        return found

    def reserve(self: Any, function_name: str, reserved_concurrency: int) -> Any:
        name = self.get_function(function_name).function_name
        check_reservation(self, name, int(reserved_concurrency))
        return reserve_in_moto(self, function_name, reserved_concurrency)

    return {
        "create_function": create,
        "update_function_code": update_code,
        "update_function_configuration": configure,
        "put_function_concurrency": reserve,
    }


def _checked(backend: Any, spec: dict[str, Any]) -> Program:
    """The program of a new function, if the lab can have it."""
    if spec.get("PackageType", "Zip") != "Zip" or "ImageUri" in spec.get("Code", {}):
        raise invalid(
            f"the lab runs no container images: give {spec.get('FunctionName')} its code as a zip "
            "file, or use lab.deploy(name, handler)"
        )
    if not spec.get("Runtime") or not spec.get("Handler"):
        raise invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        )
    _check_settings(spec)
    return _uploaded(backend, spec.get("Code") or {})


def _check_settings(spec: dict[str, Any]) -> None:
    """Refuse what AWS refuses of a function's configuration, and what the lab does not have."""
    runtime = spec.get("Runtime")
    if runtime is not None and not str(runtime).startswith("python3."):
        raise invalid(
            f"the lab runs functions in Python alone, got Runtime {runtime!r}: use python3.13, or "
            "lab.deploy(name, handler) with a Python function that does the same"
        )
    _check_range("timeout", spec.get("Timeout"), TIMEOUT)
    _check_range("memorySize", spec.get("MemorySize"), MEMORY)
    for name in NOT_MODELLED:
        if spec.get(name):
            raise invalid(f"the lab does not model {name}: leave it out, got {spec[name]!r}")
    check_dead_letters(spec.get("DeadLetterConfig"))
    variables = (spec.get("Environment") or {}).get("Variables") or {}
    if reserved := sorted(set(variables) & set(RESERVED)):
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(reserved)}"
        )
    text = json.dumps(variables, separators=(",", ":"))
    if len(text.encode()) > VARIABLES:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            f"variables you have provided exceeded the 4KB limit. String measured: {text}"
        )


def _check_range(name: str, value: Any, limits: tuple[int, int]) -> None:
    if value is None or limits[0] <= value <= limits[1]:
        return
    bound = f"greater than or equal to {limits[0]}"
    if value > limits[1]:
        bound = f"less than or equal to {limits[1]}"
    raise refusal(
        400,
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"Member must have value {bound}",
    )


def _uploaded(backend: Any, code: dict[str, Any]) -> Program:
    try:
        return Uploaded(Package(_content(backend, code)))
    except ValueError:
        raise invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None


def _content(backend: Any, code: dict[str, Any]) -> bytes:
    """The bytes of a zip file that a request holds, or that a bucket of the lab has."""
    if "ZipFile" in code:
        return base64.b64decode(code["ZipFile"])
    if "ImageUri" in code or "S3Bucket" not in code:
        raise invalid(f"the lab needs ZipFile, or S3Bucket and S3Key, got {sorted(code)}")
    from moto.s3.exceptions import MissingBucket, MissingKey
    from moto.s3.models import s3_backends

    buckets = s3_backends[backend.account_id]["aws"]
    try:
        found = buckets.get_object(
            code["S3Bucket"], code.get("S3Key", ""), code.get("S3ObjectVersion")
        )
    except MissingBucket:
        raise invalid(
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The "
            "specified bucket does not exist"
        ) from None
    except MissingKey:
        found = None
    if found is None:
        raise invalid(
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The "
            "specified key does not exist."
        )
    return bytes(found.value)
