"""Step Functions at a fraction of moto's cost. What comes of a call is the same.

- moto reads its batch and ec2 services for one enumeration: 0.8 s in every process.
- It parses a definition anew for each execution and each JSONPath for each use, copies each input
  and output as if it could be anything, and writes every failure to the log, with the whole state
  in it. The log would come out on the reader's screen.
- A definition that was refused leaves its query language behind, and the next definition inherits
  it.
"""

import copy
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import SimpleNamespace
from typing import Any

from helpers.emulator.guard import applied

PARSER = "moto.stepfunctions.parser"
ASL = f"{PARSER}.asl"
EXPECTED_SOURCES = {
    f"{ASL}.component.eval_component:EvalComponent.heap_key": "2531bf43997a",
    f"{ASL}.component.eval_component:EvalComponent._log_exception": "2125c07bc2ee",
    f"{ASL}.component.eval_component:EvalComponent._log_failure_event_exception": "7d7aa73b14ee",
    f"{ASL}.parse.asl_parser:AmazonStateLanguageParser.parse": "a59a7d18760f",
    f"{ASL}.parse.preprocessor:Preprocessor._open_query_language_scope": "4e0bad6eb66e",
    f"{ASL}.utils.json_path:extract_json": "932245247973",
}


def load() -> None:
    """Import moto's interpreter, with an empty package instead of its batch service.

    The interpreter takes `JobStatus` from a file of that package which needs nothing else. The
    package itself is read as ever by whoever asks for it later.
    """
    if "moto.batch" in sys.modules:
        import_module(f"{PARSER}.models")
        return
    package = find_spec("moto.batch")
    assert package is not None, "this moto has no batch"
    sys.modules["moto.batch"] = module_from_spec(package)
    try:
        import_module(f"{PARSER}.models")
    finally:
        for name in [name for name in sys.modules if f"{name}.".startswith("moto.batch.")]:
            del sys.modules[name]


@cache  # one for all labs: their definitions are often the same
def _parser() -> Any:
    """moto's parser, which remembers: "the evaluation must be stateless as for all EvalComponents
    to ensure they can be reused or used concurrently" [moto 5.2.5, IterationComponent].
    """
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
    from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

    parse = AmazonStateLanguageParser.parse

    @lru_cache(maxsize=128)
    def remembered(definition: str) -> tuple[Any, Any]:
        Preprocessor._query_language_per_scope.clear()
        return parse(definition)

    return staticmethod(remembered)


COPIED = (  # where moto copies states, inputs and outputs: JSON
    f"{ASL}.component.common.path.result_path",
    f"{ASL}.component.common.string.string_expression",
    f"{ASL}.component.state.exec.execute_state",
    f"{ASL}.component.state.exec.state_task.service.state_task_service",
    f"{ASL}.eval.environment",
    f"{ASL}.eval.event.event_manager",
    f"{ASL}.eval.states",
)
ATOMS = (str, int, float, bool, type(None))


def copied(value: Any) -> Any:
    """A deep copy, at a fraction of the cost for what JSON can hold."""
    if type(value) in ATOMS:
        return value
    if type(value) is dict:
        return {name: copied(inner) for name, inner in value.items()}
    if type(value) is list:
        return [copied(inner) for inner in value]
    return copy.deepcopy(value)


def _say_nothing(*_: Any, **__: Any) -> None:
    pass


@contextmanager
def _quiet() -> Iterator[None]:
    """The outcome of an execution is in its history; it is no warning to the reader."""
    log = logging.getLogger("moto.stepfunctions")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def corrections() -> Iterator[None]:
    """Spare the work for as long as the context is open."""
    load()
    from helpers.emulator.stepfunctions import threads

    component = import_module(f"{ASL}.component.eval_component").EvalComponent
    parser = import_module(f"{ASL}.parse.asl_parser").AmazonStateLanguageParser
    result_path = import_module(f"{ASL}.component.common.path.result_path")
    json_path = import_module(f"{ASL}.utils.json_path")
    spared = {
        # moto draws a uuid; with programs that are kept, later labs would draw fewer
        "heap_key": property(lambda component: str(id(component))),
        "_log_exception": _say_nothing,
        "_log_failure_event_exception": _say_nothing,
    }
    paths = [
        (module, {"parse": lru_cache(1024)(module.parse)}) for module in (result_path, json_path)
    ]
    copies = [(import_module(name), {"copy": SimpleNamespace(deepcopy=copied)}) for name in COPIED]
    with (
        _quiet(),
        applied(
            EXPECTED_SOURCES,
            (component, spared),
            (parser, {"parse": _parser()}),
            *paths,
            *copies,
        ),
        threads.corrections(),
    ):
        yield
