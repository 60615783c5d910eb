"""Write copies of the lessons for Google Colab: `uv run python site/colab.py FOLDER`.

Colab opens one notebook, without the folder around it. So a copy begins with a cell that brings the
helpers and the data, and installs what the helpers need, but nothing that Colab's own kernel is
made of. It is in the copies alone: of all readers it serves those on Colab, and the others would
have to read past it in every lesson.
"""

import argparse
import re
import shutil
import sys
import tomllib
from pathlib import Path

import nbformat
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "site" / "_ext"))

from address import Address, published  # noqa: E402

OF_COLAB = {"ipywidgets", "jupyterlab"}  # which Colab has in its own way
LINK = re.compile(r"\]\((\d\d-[\w-]+\.ipynb)(#[^)]*)?\)")
FIRST_CELL = """\
# On Google Colab, this brings the helpers and the data, once. Elsewhere it does nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    subprocess.run(["rm", "-rf", "/content/lessons"], check=True)
    subprocess.run(["git", "clone", "--quiet", "--depth=1", "--branch={branch}",
                    "{repository}", "/content/lessons"], check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", {packages}], check=True)
    sys.path.insert(0, "/content/lessons")"""


def packages():
    """What the helpers need and Colab is not made of, as pip reads it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = tomllib.loads(text)["project"]["dependencies"]
    return [each for each in wanted if Requirement(each).name not in OF_COLAB
            and not Requirement(each).marker]  # fmt: skip


def first_cell(address):
    """The cell that a copy begins with."""
    words = ",\n                    ".join(f'"{each}"' for each in packages())
    source = FIRST_CELL.format(branch=address.branch, repository=address.repository, packages=words)
    return nbformat.v4.new_code_cell(source, id="colab", metadata={"cellView": "form"})


def copy_of(notebook, address):
    """A lesson as Colab opens it: with that cell, and with links that lead to other copies."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda found: f"]({address.colab(found[1])})", cell.source)
    notebook.cells.insert(0, first_cell(address))
    return notebook


def write(folder, address):
    """Write a copy of each lesson into folder/notebooks, and what the copies are licensed under."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb")):
        nbformat.write(copy_of(nbformat.read(path, 4), address), folder / "notebooks" / path.name)
    for name in ("LICENSE", "LICENSE-text.md"):
        shutil.copy2(ROOT / name, folder)


def main():
    """Write the copies, if there is an address that their first cell can clone."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repository", help="default: what pyproject.toml names")
    asked = parser.parse_args()
    try:
        address = Address(asked.repository) if asked.repository else published(ROOT)
    except ValueError as error:
        parser.error(str(error))
    if address is None:
        parser.error("pyproject.toml names no repository in [tool.lessons]: give --repository")
    write(asked.folder, address)


if __name__ == "__main__":
    main()
