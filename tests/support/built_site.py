"""The site of all lessons, when it has been built: by CI, or by the README's command."""

import pytest
from in_ci import IN_CI
from origin import is_current
from project import ROOT

PAGES = ROOT / "site" / "lessons"  # the notebooks that the pages show, with their outputs


@pytest.fixture(scope="session")
def built():
    """The folder of the site, if it was built from the files as they are now.

    To build it takes as long as half of all tests, so it is not done here: a run without it says
    what it leaves out. CI builds it first.
    """
    if not is_current(ROOT / "_site", ROOT):
        why = "no site was built from these files: uv run sphinx-build -W site _site"
        pytest.fail(why) if IN_CI else pytest.skip(why)
    return ROOT / "_site"
