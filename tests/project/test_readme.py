"""The README says what is there: the lessons, the files, and a chart that a lesson draws."""

import importlib.util
import re

from address import published
from PIL import Image
from project import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
spec = importlib.util.spec_from_file_location("readme", ROOT / "site" / "readme.py")
readme = importlib.util.module_from_spec(spec)
spec.loader.exec_module(readme)


def test_the_table_names_the_lessons_that_stand():
    """If not: uv run python site/readme.py."""
    assert readme.TABLE.search(TEXT)[0] == readme.table()


def test_the_path_of_two_hours_is_that_of_the_lessons():
    """If not: uv run python site/readme.py."""
    assert readme.PATH.search(TEXT)[0] == readme.path()


def test_its_badges_are_those_of_the_address():
    """If not: uv run python site/readme.py."""
    assert readme.BADGES.search(TEXT)[0] == readme.badges(published(ROOT))


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\((?!https?:|\.\./\.\./actions/)([^)#]+)\)", TEXT)
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_commands_name_files_that_exist():
    blocks = re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    named = {word for block in blocks for word in re.findall(r"\S+\.(?:ipynb|yml)", block)}
    assert named == {"notebooks/00-start-here.ipynb", "environment.yml"}
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert blocks[:2] == [
        "pip install uv\nuv run --no-dev jupyter lab notebooks/00-start-here.ipynb\n",
        "pip install uv\nuv run pytest\n",
    ]
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert re.search(r"conda activate (\S+)", TEXT)[1] == re.search(r"name: (\S+)", environment)[1]


def test_the_picture_is_small_and_told_in_words():
    image = readme.IMAGE.search(TEXT)[0]
    assert len(image.split()) > 15
    picture = readme.PICTURE.read_bytes()
    assert len(picture) < 100_000
    assert picture.startswith(b"\x89PNG")


def test_the_moving_picture_moves_is_small_and_told_in_words():
    assert len(readme.FILM.search(TEXT)[0].split()) > 15
    assert readme.MOVING.stat().st_size < 1_000_000
    with Image.open(readme.MOVING) as film:
        assert film.n_frames > 100
