"""Every pattern on ministack, which has nothing of moto's.

What does not depend on time comes out as in the lab, but for gaps that were measured. A gap that
closes fails its test, so that it is noticed.
"""

from __future__ import annotations

import pytest
from in_ci import left_to_ci
from run_elsewhere import outcomes

from helpers.elsewhere.gaps import GAPS
from helpers.elsewhere.runs import FAILED, RUNS
from helpers.elsewhere.table import kept

pytestmark = left_to_ci("runs every pattern on another emulator, in real time")
KNOWN = GAPS["ministack"]


@pytest.fixture(scope="module")
def found(ministack):
    return outcomes("ministack", ministack)


@pytest.mark.parametrize("name", RUNS)
def test_a_pattern_does_as_in_the_lab(name, found):
    if name in KNOWN:
        assert found[name] != kept(name, "lab"), f"mended there: {KNOWN[name]}"
        if FAILED in found[name]:  # else it depends on when it was given up
            assert found[name] == kept(name, "ministack")
    else:
        assert found[name] == kept(name, "lab")
