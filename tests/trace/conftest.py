"""What the tests of the trace share."""

import pytest
from hand_made_trace import Scene


@pytest.fixture
def scene():
    return Scene()
