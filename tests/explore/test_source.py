"""An experiment's code is shown folded, and in full where nothing folds."""

import pytest

from helpers import explore
from helpers.lessons.lesson_00.experiment import noon


def test_the_code_is_folded_and_complete():
    shown = explore.source(noon)
    assert repr(shown).startswith("def noon(")
    page = shown._repr_html_()
    assert page.startswith('<details class="source"><summary>The code of <code>experiment.noon<')
    assert "lost_reply" in page


@pytest.mark.parametrize("thing", [len, 7])
def test_what_has_no_python_code_is_named(thing):
    with pytest.raises(TypeError, match=repr(thing).replace("(", r"\(")):
        explore.source(thing)
