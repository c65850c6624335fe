"""What `tests/shares.py` names is there: a share of a file that has moved would be none."""

from pathlib import Path

import pytest

from tests import shares

HOUSE = Path(__file__).parents[2]


@pytest.mark.parametrize("begin", shares.TOGETHER)
def test_what_stays_together_is_there(begin: str) -> None:
    path, _, name = begin.partition("::")
    assert (HOUSE / path).exists()
    assert not name or f"def {name}" in (HOUSE / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("share", shares.FIRST)
def test_what_begins_first_is_there(share: str) -> None:
    assert share in shares.TOGETHER.values() or (HOUSE / share).is_file()
