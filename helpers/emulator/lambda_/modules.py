"""The modules of one execution environment, imported from its function's zip file.

They are this environment's alone: `sys.modules` does not keep them, so two environments do not meet
in a module's globals. What the zip file does not have comes from this process: the standard
library, and what is installed beside the lab. An import inside the code finds the environment's
modules; `importlib.import_module` does not, since Python keeps one list of modules per process.

What becomes of a handler that cannot be found is as the runtime says it [awslambdaric 4.2.2,
bootstrap.py, `_get_handler`, read in November 2026].
"""

from __future__ import annotations

import builtins
import contextlib
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name
from types import ModuleType
from typing import Any

from helpers.emulator.lambda_.package import Package, Source
from helpers.emulator.lambda_.variables import TASK


class Fault(Exception):
    """What the runtime reports of a function that it cannot run or whose result it cannot write."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.trace = f"Runtime.{kind}", message, trace or []


class Modules:
    """The modules that one environment has imported so far."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._loaded: dict[str, ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}

    def handler(self, name: str) -> Callable[[Any, Any], Any]:
        """The function that ``module.function`` names.

        Raises
        ------
        Fault
            With what the runtime says if there is no such function.
        Exception
            What the module raises when it is imported.
        """
        module_name, dot, function = name.rpartition(".")
        if not dot:
            problem = "not enough values to unpack (expected 2, got 1)"
            raise Fault("MalformedHandlerName", f"Bad handler '{name}': {problem}")
        if module_name.split(".")[0] in sys.builtin_module_names:
            problem = f"Cannot use built-in module {module_name} as a handler module"
            raise Fault("BuiltInModuleConflict", problem)
        try:
            module = self._load(module_name.replace("/", "."))
        except ImportError as error:
            problem = f"Unable to import module '{module_name}': {error}"
            raise Fault("ImportModuleError", problem) from None
        except SyntaxError as error:
            problem = f"Syntax error in module '{module_name}': {error}"
            trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
            trace = [line.replace(self._package.root, TASK) for line in trace]
            raise Fault("UserCodeSyntaxError", problem, trace) from None
        try:
            return getattr(module, function)
        except AttributeError:
            problem = f"Handler '{function}' missing on module '{module_name}'"
            raise Fault("HandlerNotFound", problem) from None

    def _import(
        self,
        name: str,
        globals: dict[str, Any] | None = None,
        locals: dict[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Replaces `__import__` in the code of the zip file."""
        package = str((globals or {}).get("__package__") or "")
        full = resolve_name("." * level + name, package) if level else name
        if not self._package.has(full.partition(".")[0]):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = self._load(full)
        if not fromlist:
            return module if level else self._loaded[full.partition(".")[0]]
        wanted = getattr(module, "__all__", ()) if "*" in fromlist else fromlist
        for part in wanted:
            if not hasattr(module, part) and self._package.has(f"{full}.{part}"):
                self._load(f"{full}.{part}")
        return module

    def _load(self, name: str) -> ModuleType:
        if name in self._loaded:
            return self._loaded[name]
        if not self._package.has(name):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        parent, _, child = name.rpartition(".")
        if parent:
            self._load(parent)
            if name in self._loaded:  # its package has imported it
                return self._loaded[name]
        module = self._loaded[name] = self._empty(name)
        source = self._package.modules.get(name)
        try:
            if source is not None:
                with _listed(module):
                    exec(self._compiled(source), vars(module))
        except BaseException:
            del self._loaded[name]
            raise
        if parent:
            setattr(self._loaded[parent], child, module)
        return module

    def _empty(self, name: str) -> ModuleType:
        source = self._package.modules.get(name)
        module, root = ModuleType(name), self._package.root
        is_package = source is None or source.is_package
        spec = ModuleSpec(name, None, is_package=is_package)
        module.__spec__ = spec
        module.__package__ = name if is_package else name.rpartition(".")[0]
        if source is not None:
            module.__file__ = f"{root}/{source.path}"
            spec.origin = module.__file__
        if is_package:
            module.__path__ = [f"{root}/{name.replace('.', '/')}"]
        vars(module)["__builtins__"] = self._builtins
        return module

    def _compiled(self, source: Source) -> Any:
        return compile(source.text, f"{self._package.root}/{source.path}", "exec")


@contextlib.contextmanager
def _listed(module: ModuleType) -> Iterator[None]:
    """List a module in `sys.modules` while its code runs: dataclasses look it up there."""
    name = module.__name__
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is not None:
            sys.modules[name] = before
        elif sys.modules.get(name) is module:
            del sys.modules[name]
