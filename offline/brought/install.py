"""Install the lessons on this machine, from the folder that this file is in, without a network.

    python3 install.py              into the folder event-driven-architectures of your home
    python3 install.py --to FOLDER  into another

On Windows: py install.py. It needs a Python that the folder has wheels for, and nothing else.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels"
TARGET = Path.home() / "event-driven-architectures"
BEGUN = ".installing"  # in a folder whose installation has not come to its end
SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
PROCESSORS = {"amd64": "x86_64", "arm64": "aarch64"}  # what Linux calls them
LAST_WORDS = 2000  # characters of what a program said before it failed


class Refused(Exception):
    """The lessons cannot be installed, and why."""


def machine():
    """This machine as the folder's lists name it, such as windows-amd64.

    Python's own kind decides, since wheels have to fit it: it need not be the processor's.
    """
    processor = platform.machine().lower()
    if sys.platform == "win32":
        processor = sysconfig.get_platform().partition("-")[2] or "32 bits"
    elif sys.platform.startswith("linux"):
        processor = PROCESSORS.get(processor, processor)
    if sys.maxsize < 2**32:
        processor = "32 bits"
    free_threaded = "-without-gil" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return SYSTEMS.get(sys.platform, sys.platform) + "-" + processor + free_threaded


def wheel_list():
    """The file that names the wheels for this machine and this Python."""
    python = "{}.{}".format(*sys.version_info)
    found = WHEELS / "lists" / (machine() + "-" + python + ".txt")
    if not found.exists():
        has = sorted(path.stem.rpartition("-") for path in found.parent.glob("*.txt"))
        machines = sorted({each[0] for each in has})
        pythons = {name: ", ".join(each[2] for each in has if each[0] == name) for name in machines}
        told = "".join(f"\n  {name}: {pythons[name]}" for name in machines)
        raise Refused(
            f"this is Python {platform.python_version()} of {sys.executable}, on {machine()}. "
            f"The folder has wheels for these machines and these Pythons:{told}"
        )
    return found


def wheels_of(path):
    """The wheels that a list names. Refuses if the folder lacks one."""
    lines = path.read_text(encoding="utf-8").splitlines()
    wheels = [WHEELS / line.rpartition("  # ")[2] for line in lines if line]
    lacking = [each.name for each in wheels if not each.is_file()]
    if lacking:
        raise Refused(
            f"{len(lacking)} of {len(wheels)} wheels are missing in {WHEELS}: "
            f"{', '.join(lacking[:5])}. Copy the folder again."
        )
    return wheels


def lay_out(target):
    """Copy the lessons and the pages. What an installation that broke off copied stays."""
    if target.exists() and any(target.iterdir()) and not (target / BEGUN).exists():
        raise Refused(
            f"{target} is there already. If the lessons are in it, open them with its start.py. "
            "If they are to be installed anew, move it away, or give another folder: --to FOLDER"
        )
    target.mkdir(parents=True, exist_ok=True)
    (target / BEGUN).touch()
    for source, copy in (("lessons", target), ("pages", target / "pages")):
        if (HERE / source).exists():
            shutil.copytree(str(HERE / source), str(copy), dirs_exist_ok=True)
    shutil.copy2(str(HERE / "start.py"), str(target))


def python_of(target):
    """The Python of the lessons' own environment."""
    own = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return target.joinpath(".venv", *own)


def run(python, *words, **settings):
    """Run the environment's Python; what it printed. Refuses with its last words if it fails."""
    # Neither a configuration of pip nor modules of the user's own have a say in what is installed.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environment.pop("PYTHONPATH", None)
    environment.update(PIP_CONFIG_FILE=os.devnull, PYTHONUTF8="1", **settings)
    done = subprocess.run(
        [str(python)] + [str(word) for word in words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        where = f"{platform.platform()}, Python {platform.python_version()}"
        raise Refused(f"{words[0]} failed on {where}:\n{done.stdout[-LAST_WORDS:]}")
    return done.stdout.strip()


def fill(target, listed, wheels):
    """Make the environment: the wheels, the lessons' helpers and their settings of Jupyter."""
    import tomllib
    import venv

    # Without pip, which Debian keeps in a package of its own: the folder has a wheel of it.
    venv.create(str(target / ".venv"), clear=True, symlinks=os.name != "nt")
    python = python_of(target)
    [pip] = [each for each in wheels if each.name.startswith("pip-")]
    run(
        python, pip / "pip", "install", "--isolated", "--disable-pip-version-check", "--quiet",
        "--no-input", "--no-index", "--find-links", WHEELS, "--no-deps", "--require-hashes",
        "--no-compile", "--no-warn-script-location", "--requirement", listed,
    )  # fmt: skip
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    # Python reads such a file in the system's encoding, in which a path need not be writable.
    line = f"import sys; sys.path.append({str(target)!a})\n"
    Path(packages, "lessons.pth").write_text(line, encoding="ascii")
    with open(str(target / "pyproject.toml"), "rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, place in wheel["shared-data"].items():
        copy = target / ".venv" / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(str(target / source), str(copy))


def install(target):
    """Install into a folder, and try what was installed."""
    target = Path(os.path.abspath(str(target)))
    listed = wheel_list()
    wheels = wheels_of(listed)
    print(f"Installing {len(wheels)} packages into {target} …", flush=True)
    lay_out(target)
    fill(target, listed, wheels)
    run(python_of(target), "-c", "from helpers import Lab; Lab(seed=1).close()")
    (target / BEGUN).unlink()
    print("Done. To open the lessons, now and later:\n")
    name = "py" if os.name == "nt" else "python3"
    print(f'    {name} "{target / "start.py"}"\n')


def main():
    """Install, or say in a sentence why not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--to", metavar="FOLDER", default=TARGET, help="default: " + str(TARGET))
    try:
        install(parser.parse_args().to)
    except (Refused, OSError) as error:
        sys.exit(f"Not installed: {error}")


if __name__ == "__main__":
    if sys.version_info >= (3, 7) and not sys.flags.utf8_mode:
        # So that a path is written as it is, whatever letters the system's encoding has.
        again = [sys.executable, "-X", "utf8", os.path.abspath(__file__), *sys.argv[1:]]
        sys.exit(subprocess.call(again))
    main()
