"""A page for each module, and the fake engine behind it."""

import sys
from pathlib import Path

import pytest

from muserd.web import guard

sys.path.append(str(Path(__file__).resolve().parents[1] / "control"))

from tests.unit.web.page import serving


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One page; its tests are refused more often than a stranger would be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "REFUSALS_BURST", 10**9)
        with serving(tmp_path_factory.mktemp("page")) as page:
            yield page


@pytest.fixture
def page(running):
    """The page, its engine as new."""
    running.engine.reset()
    return running
