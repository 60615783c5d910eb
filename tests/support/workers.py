"""How a run of the tests uses the machine: all its cores, and the longest work first.

A file's tests go to one worker, since they share what its fixtures made. The tests of one lesson,
of one page, of one run behind a finding or of one learner's answer do not need those of another:
they are spread.
"""

import gc
import os
import pickle
import sys
from pathlib import Path, PurePath

import pytest
from botocore.loaders import JSONFileLoader

# Dozens of interpreters start here. Without bytecode each would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The tests hold what moto and botocore made; to look through it for garbage takes a tenth of a run.
gc.set_threshold(50_000, 20, 50)

# Tests make hundreds of botocore's sessions, and each would read the API models from text again.
# A copy for each: moto changes some of what it gets.
_models = {}
_read = JSONFileLoader._load_file


def _read_once(self, full_path, open_method):
    if full_path not in _models:
        if (model := _read(self, full_path, open_method)) is None:
            return None
        _models[full_path] = pickle.dumps(model, pickle.HIGHEST_PROTOCOL)
    return pickle.loads(_models[full_path])


JSONFileLoader._load_file = _read_once

SPREAD = {"test_lessons", "test_pages_as_built", "test_measuring", "test_answers"}
# Two of these mostly wait for an emulator: together, they would leave a core without work.
LONGEST = [
    "test_on_ministack",
    "test_jupyterlab",
    "test_lessons",
    "test_site",
    "test_pages_as_built",
    "test_slides",
    "test_measuring",
    "test_answers",
    "test_on_moto",
]


def pytest_addoption(parser):
    parser.addoption("--write-said", action="store_true", help="write down what the lessons say")


def pytest_xdist_auto_num_workers(config):
    """A single file is run in this process, where `-s` and a debugger work.

    Else one more than the cores: now and then a test waits, for a browser or for real time.
    """
    files = [argument for argument in config.args if ".py" in argument]
    return 0 if len(files) == len(config.args) == 1 else os.cpu_count() + 1


def pytest_configure(config):
    """Each worker begins to collect elsewhere: what one has compiled, the others find."""
    worker = getattr(config, "workerinput", None)
    if worker and [Path(folder).name for folder in config.args] == config.getini("testpaths"):
        files = sorted(map(str, (config.rootpath / config.args[0]).rglob("test_*.py")))
        first = len(files) * int(worker["workerid"][2:]) // worker["workercount"]
        config.args = files[first:] + files[:first]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(item.path.stem, len(LONGEST)), item.path))


def pytest_collection_finish():
    """What has been imported by now stays to the end: nobody looks through it for garbage."""
    gc.freeze()


def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope(nodeid)

    config.option.loadscopereorder = False
    return ByFile(config, log)


def scope(nodeid):
    """What has to be run by one worker: a file, or a lesson in a file whose tests are spread."""
    file = nodeid.partition("::")[0]
    return file + nodeid.partition("[")[2] if PurePath(file).stem in SPREAD else file
