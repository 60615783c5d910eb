"""Lambda functions, and who may invoke them now.

moto runs functions in Docker, and without Docker answers every invocation with an error text that
looks like a success. Here a handler runs in a thread of the lab's clock (`execution`), in an
execution environment of its own (`environment`), and what is around it follows AWS:

- Each execution environment handles one invocation at a time; a new one starts cold. At the limit
  of concurrency the request is turned away: ``TooManyRequestsException``, 429 [Lambda Developer
  Guide, "Understanding Lambda function scaling", and API model, November 2026]. A reservation is
  of the function, for all its versions together [API model: PutFunctionConcurrency].
- A caller that gives up does not stop the function (see `helpers.wire`).

Invocations by the API are in `invoke`, functions that are made by the API in `creation`,
asynchronous invocations in `asynchronous`, event source mappings in `mapping`.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from helpers.emulator.happenings import happened
from helpers.emulator.lambda_.environment import Environment, Pool
from helpers.emulator.lambda_.errors import invalid, refusal
from helpers.emulator.lambda_.execution import Invocation, Outcome, execute
from helpers.emulator.lambda_.module_globals import Origins
from helpers.emulator.lambda_.programs import Deployed, Handler, Program

if TYPE_CHECKING:
    from helpers.clock import Clock

ACCOUNT_CONCURRENCY = 1000  # default quota [Lambda Developer Guide, "Lambda quotas", November 2026]
# "Lambda reserves 100 units of concurrency for your functions that don't reserve concurrency"
# [Lambda Developer Guide, "Configuring reserved concurrency for a function", November 2026].
UNRESERVED = 100
TIMEOUT = (1, 900)  # seconds [API model: up to 900 s but for Lambda Managed Instances]
MEMORY = (128, 10240)  # MB [Lambda Developer Guide, "Lambda quotas"]


class Functions:
    """The functions of one lab."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._origins = Origins()
        self._pools: WeakKeyDictionary[Any, Pool] = WeakKeyDictionary()

    def deploy(
        self,
        name: str,
        handler: Handler,
        *,
        timeout: float,
        memory: int,
        cold_start: float,
        region: str,
    ) -> str:
        """Create the function, or give an existing one another handler. Returns its ARN.

        What was set on an existing function otherwise (concurrency, destinations) stays.
        """
        from moto.awslambda.exceptions import UnknownFunctionException
        from moto.awslambda.models import lambda_backends
        from moto.core import DEFAULT_ACCOUNT_ID

        _check(name, handler, timeout, memory, cold_start)
        backend = lambda_backends[DEFAULT_ACCOUNT_ID][region]
        program = Deployed(handler, cold_start, self._origins)
        try:
            function = backend.get_function(name)
            function.update_configuration({"Timeout": timeout, "MemorySize": memory})
        except UnknownFunctionException:
            function = backend.create_function(
                {
                    "FunctionName": name,
                    "Handler": "function.handler",
                    "Role": _role(DEFAULT_ACCOUNT_ID),
                    "Runtime": "python3.13",
                    "Timeout": timeout,
                    "MemorySize": memory,
                    "Code": {"ZipFile": ""},
                    "program": program,
                }
            )
        self.give(function, program)
        return function.function_arn

    def give(self, function: Any, program: Program) -> None:
        """Let a function run a program from now on."""
        function.program = program
        self.renew(function)

    def renew(self, function: Any) -> None:
        """End a function's environments: its code or its configuration has changed."""
        self._pool(function).renew()

    def _pool(self, function: Any) -> Pool:
        pool = self._pools.get(function)
        if pool is None:
            pool = self._pools[function] = Pool()
        return pool

    # -- one invocation

    def run(self, function: Any, invocation: Invocation) -> Outcome:
        """Invoke once and wait for the end. Raises an error of moto's if it is turned away."""
        program = _program(function)
        pool = self._admit(function)
        try:
            generation = pool.generation
            environment = pool.take()
            if environment is None:
                time.sleep(program.cold_start)
                environment = Environment(function, program)
            outcome = _told(self.clock, environment, invocation)
            if outcome.survives:
                pool.give_back(environment, generation)
            return outcome
        finally:
            pool.active -= 1

    def _admit(self, function: Any) -> Pool:
        limit, active, reason = self._limit(function)
        if active >= limit:
            raise refusal(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)
        pool = self._pool(function)
        pool.active += 1
        return pool

    def _limit(self, function: Any) -> tuple[int, int, str]:
        """The limit that applies, how much of it is used, and what AWS calls hitting it."""
        functions = _latest(function.account_id, function.region)
        reserved = functions[function.function_name].reserved_concurrency
        active = self._active(function.region)
        if reserved is not None:
            mine = active.get(function.function_name, 0)
            return int(reserved), mine, "ReservedFunctionConcurrentInvocationLimitExceeded"
        limit, used = ACCOUNT_CONCURRENCY, 0
        for name, other in functions.items():
            if other.reserved_concurrency is not None:
                limit -= int(other.reserved_concurrency)
            else:
                used += active.get(name, 0)
        return limit, used, "ConcurrentInvocationLimitExceeded"

    def _active(self, region: str) -> dict[str, int]:
        """Invocations under way, by the function's name, over all its versions."""
        active: dict[str, int] = {}
        for function, pool in list(self._pools.items()):
            if function.region == region and pool.active:
                name = function.function_name
                active[name] = active.get(name, 0) + pool.active
        return active


def _told(clock: Clock, environment: Environment, invocation: Invocation) -> Outcome:
    """Execute, and let the lab know when it began and ended."""
    event, name = invocation.event, environment.name
    body = event if isinstance(event, str) else json.dumps(event, default=str)
    happened("began", "lambda", name, invocation.request_id, body)
    outcome: Outcome | None = None
    try:
        outcome = execute(clock, environment, invocation)
        return outcome
    finally:
        said = "stopped" if outcome is None else "failed" if outcome.failed else "ok"
        happened("ended", "lambda", name, invocation.request_id, said)


def _latest(account: str, region: str) -> dict[str, Any]:
    from moto.awslambda.models import lambda_backends

    found = lambda_backends[account][region].list_functions()
    return {function.function_name: function for function in found}


def check_reservation(backend: Any, name: str, wanted: int) -> None:
    """Refuse a reservation that leaves too little to the functions without one."""
    others = sum(
        int(function.reserved_concurrency)
        for function in backend.list_functions()
        if function.reserved_concurrency is not None and function.function_name != name
    )
    if ACCOUNT_CONCURRENCY - others - wanted < UNRESERVED:
        raise invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED}]."
        )


def _program(function: Any) -> Program:
    program = getattr(function, "program", None)
    if program is None:
        raise invalid(
            f"the lab has no handler for {function.function_name}: use lab.deploy(name, …)"
        )
    return program


def _role(account: str) -> str:
    """The role that every function of the lab has."""
    from moto.iam.models import iam_backends

    roles = iam_backends[account]["aws"]
    if "lab" not in {role.name for role in roles.get_roles()}:
        roles.create_role("lab", "{}", "/", None, "", [], None)
    return f"arn:aws:iam::{account}:role/lab"


def _check(name: str, handler: Handler, timeout: float, memory: int, cold_start: float) -> None:
    if not callable(handler):
        raise TypeError(f"a handler is a function of (event, context), got {handler!r}")
    if not TIMEOUT[0] <= timeout <= TIMEOUT[1]:
        raise ValueError(f"a function's timeout is 1 to 900 seconds, got {timeout!r}")
    if not MEMORY[0] <= memory <= MEMORY[1]:
        raise ValueError(f"a function's memory is 128 to 10240 MB, got {memory!r} for {name}")
    if not cold_start >= 0:
        raise ValueError(f"cold_start is zero or more seconds, got {cold_start!r} for {name}")
