"""The embedded server: killed, left behind, wanted twice, and shared by applications."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from registratura_ground import embedded
from registratura_ground.cluster import LONGEST_SOCKET_FOLDER, look_at_cluster
from tests.running.places import CHECKOUT, environment_of, wait_until


@pytest.fixture
def own(tmp_path: Path) -> Iterator[embedded.Server]:
    """A server of the test's own, as safe as in a demo: it may be killed."""
    server = embedded.start(tmp_path / "postgres")
    yield server
    server.erase()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    """A server of those tests that only ask it."""
    server = embedded.start(tmp_path_factory.mktemp("shared") / "postgres")
    yield server
    server.erase()


def test_a_killed_server_is_back_at_once_with_what_was_committed(own: embedded.Server) -> None:
    with psycopg.connect(own.admin_url) as db:
        db.execute("create table kept as select generate_series(1, 1000)")
    killed, at = own.pid, time.monotonic()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    own.wait_ready()
    print(f"back after {time.monotonic() - at:.3f} s")
    assert own.pid != killed
    with psycopg.connect(own.admin_url) as db:
        assert db.execute("select count(*) from kept").fetchone() == (1000,)


def test_a_server_that_dies_again_and_again_comes_back_each_time(own: embedded.Server) -> None:
    for _ in range(4):
        assert own.pid is not None
        os.kill(own.pid, signal.SIGKILL)
        own.wait_ready()


def test_a_second_launcher_on_one_folder_gets_one_sentence(tmp_path: Path) -> None:
    first = embedded.start(tmp_path / "postgres", fsync=False)
    try:
        with pytest.raises(embedded.Refused, match=r"^База данных в .* уже запущена .*\.$"):
            embedded.start(tmp_path / "postgres", fsync=False)
    finally:
        first.erase()


def test_a_stopped_server_starts_again_with_its_data(tmp_path: Path) -> None:
    first = embedded.start(tmp_path / "postgres", fsync=False)
    first.ensure_role("somebody")
    first.stop()
    second = embedded.start(tmp_path / "postgres", fsync=False)
    try:
        assert psycopg.connect(second.url("template1", "postgres")).close() is None
        assert second.url("x", "somebody") == first.url("x", "somebody")
    finally:
        second.erase()


def launch_and_die(folder: Path) -> int:
    """A launcher that is killed while its server runs; the server's process number."""
    code = f"""
        import os, pathlib, signal
        from registratura_ground import embedded
        server = embedded.start(pathlib.Path({str(folder)!r}), fsync=False)
        print(server.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment_of(CHECKOUT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL, told.stderr
    return int(told.stdout)


def test_a_server_whose_launcher_was_killed_ends_and_the_next_start_works(tmp_path: Path) -> None:
    left = launch_and_die(tmp_path / "postgres")
    server = embedded.start(tmp_path / "postgres", fsync=False)
    try:
        assert server.pid != left
        assert wait_until(lambda: not Path(f"/proc/{left}").exists(), seconds=10)
    finally:
        server.erase()


def test_a_stale_lock_file_with_somebody_elses_number_is_no_obstacle(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "postgres", fsync=False)
    server.stop()
    lock = server.home / "data" / "postmaster.pid"
    lock.write_text(f"{os.getppid()}\n{server.home / 'data'}\n1\n5432\n/tmp\n\n0 0\nready\n")
    again = embedded.start(tmp_path / "postgres", fsync=False)
    again.erase()


def test_what_was_killed_during_its_first_start_is_made_anew(tmp_path: Path) -> None:
    home = look_at_cluster(tmp_path / "postgres").home
    (home / "data.new").mkdir(parents=True)
    (home / "data.new" / "half").write_text("made")
    server = embedded.start(tmp_path / "postgres", fsync=False)
    assert not (home / "data.new").exists()
    server.erase()


def test_no_application_reads_anothers_database(shared: embedded.Server) -> None:
    for name in ("registratura_owner", "registratura_app", "esia", "gosuslugi"):
        shared.ensure_role(name)
    shared.ensure_database("registratura", "registratura_owner", guests=("registratura_app",))
    shared.ensure_database("esia", "esia")
    shared.ensure_database("gosuslugi", "gosuslugi")
    rooms = {
        "registratura": {"registratura_owner", "registratura_app"},
        "esia": {"esia"},
        "gosuslugi": {"gosuslugi"},
        "postgres": set(),
        "template1": set(),
    }
    for database, welcome in rooms.items():
        for role in ("registratura_owner", "registratura_app", "esia", "gosuslugi"):
            if role in welcome:
                psycopg.connect(shared.url(database, role)).close()
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(shared.url(database, role))


def test_a_role_enters_with_its_own_password_only(shared: embedded.Server) -> None:
    shared.ensure_role("esia")
    shared.ensure_database("esia", "esia")
    wrong = shared.url("esia", "esia").replace(shared.password("esia"), shared.password("postgres"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_server_listens_on_a_short_socket_of_its_own_only(shared: embedded.Server) -> None:
    with psycopg.connect(shared.admin_url) as db:
        listens = db.execute("select current_setting('listen_addresses')").fetchone()
        checksums = db.execute("select current_setting('data_checksums')").fetchone()
        sockets = db.execute("select current_setting('unix_socket_directories')").fetchone()
    assert (listens, checksums) == (("",), ("on",))
    assert sockets is not None
    folder = Path(sockets[0])
    assert len(str(folder)) <= LONGEST_SOCKET_FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((shared.home / "passwords.json").stat().st_mode) == 0o600


def test_russian_letters_have_cases_and_similar_words_are_found(shared: embedded.Server) -> None:
    with psycopg.connect(shared.admin_url) as db:
        db.execute("create extension pg_trgm")
        told = db.execute("select lower('ЁЖ'), similarity('Иванов', 'Иванова') > 0.5").fetchone()
    assert told == ("ёж", True)


def test_a_socket_folder_of_a_stranger_is_not_used(tmp_path: Path) -> None:
    seen = look_at_cluster(tmp_path / "postgres")
    seen.sockets.parent.mkdir(parents=True, exist_ok=True)
    seen.sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded.Refused, match="принадлежит кому-то другому"):
            embedded.start(tmp_path / "postgres", fsync=False)
    finally:
        seen.sockets.unlink()
        seen.erase()


def test_data_of_another_major_version_are_refused_in_one_sentence(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "postgres", fsync=False)
    server.stop()
    (server.home / "data" / "PG_VERSION").write_text("14\n")
    try:
        with pytest.raises(embedded.Refused, match="созданы PostgreSQL 14"):
            embedded.start(tmp_path / "postgres", fsync=False)
    finally:
        server.erase()


@pytest.mark.parametrize("folder", sorted(Path("/usr/lib/postgresql").glob("1[5-9]/bin")))
def test_the_systems_own_server_serves_as_well(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRATURA_POSTGRES_BIN", str(folder))
    server = embedded.start(tmp_path / "postgres", fsync=False)
    try:
        with psycopg.connect(server.admin_url) as db:
            assert db.execute("select lower('ЁЖ')").fetchone() == ("ёж",)
    finally:
        server.erase()


def test_a_configured_folder_without_a_server_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRATURA_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(embedded.Refused, match=r"^REGISTRATURA_POSTGRES_BIN"):
        embedded.start(tmp_path / "postgres")
