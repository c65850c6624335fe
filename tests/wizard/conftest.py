"""The pages of booking run over the small region, at the moment of the real clock."""

from datetime import UTC, datetime

import pytest

from registratura_ground import embedded
from tests.given import templates


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the small region in it: what these tests copy."""
    return templates.with_a_region(server, template, f"{template}_today", datetime.now(UTC))
