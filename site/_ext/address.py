"""Where the lessons are published, and where a lesson can be opened because of that.

One place names the repository: `[tool.lessons]` in pyproject.toml. A workflow, which knows it from
GitHub, says it by the variable LESSONS_REPOSITORY. Knows no Sphinx.
"""

import os
import re
import tomllib
from dataclasses import dataclass

COLAB = "colab"  # the branch with the copies of the lessons that `site/colab.py` makes
FIRST = "00-start-here.ipynb"


@dataclass(frozen=True)
class Address:
    """A repository on GitHub: `repository` is such as https://github.com/owner/name."""

    repository: str
    branch: str = "main"

    def __post_init__(self):
        if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]*[\w-]", self.repository):
            raise ValueError(
                "a repository is named as in https://github.com/owner/name, without a slash at "
                f"its end, got {self.repository!r}"
            )

    @property
    def name(self):
        """Owner and name, as owner/name."""
        return self.repository.removeprefix("https://github.com/")

    def binder(self, file=FIRST):
        """Where a lesson opens in JupyterLab."""
        at = f"https://mybinder.org/v2/gh/{self.name}/{self.branch}"
        return f"{at}?urlpath=lab/tree/notebooks/{file}"

    def colab(self, file=FIRST):
        """Where a lesson's copy opens in Google Colab."""
        return f"https://colab.research.google.com/github/{self.name}/blob/{COLAB}/notebooks/{file}"

    def codespaces(self):
        """Where the repository opens in GitHub Codespaces."""
        return f"https://codespaces.new/{self.name}"

    def badges(self):
        """Lines of Markdown: a badge for each of them."""
        return [
            f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({self.binder()})",
            "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
            f"({self.colab()})",
            "[![Open in Codespaces](https://img.shields.io/badge/open-Codespaces-0067a5)]"
            f"({self.codespaces()})",
        ]


def published(root):
    """The address of the project in a folder, or None while it has none."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    own = tomllib.loads(text)["tool"]["lessons"]["repository"]
    found = os.environ.get("LESSONS_REPOSITORY", own)
    return Address(found) if found else None
