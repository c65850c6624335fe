"""national_codes.csv: what a position and its service are called in the country's lists."""

from pathlib import Path

import pytest

from registratura.db import Connection, value
from registratura.region.report import Moved
from tests.given import region
from tests.region.test_booking_files import faults_of, loaded, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small region's files."""
    region.write(tmp_path)
    return tmp_path


async def test_a_position_gets_its_national_code_and_service_once(
    db: Connection, folder: Path
) -> None:
    lines = [(59, "", "B01.031.001", "Приём"), (53, 45, "", ""), (45, 45, "", "")]
    report = await loaded(db, folder, "national_codes", lines)
    assert report.files["national_codes"] == Moved(rows=3, added=0, changed=2)
    assert not (await loaded(db, folder, "national_codes", lines)).changed_anything
    told = await value(
        db,
        "select array_agg((id, national_id, service_code)::text order by id) from position"
        " where num_nonnulls(national_id, service_code) > 0",
    )
    assert told == ["(53,45,)", "(59,,B01.031.001)"]
    put(folder, "national_codes", [(7, "", "", "")])
    assert "positions.csv" in "".join(await faults_of(db, folder))
