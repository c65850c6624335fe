"""The commands: what is wrong is one sentence and status 2; Ctrl-C ends all that was started."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from registratura_ground.cluster import look_at_cluster
from tests.running.places import CHECKOUT, free_ports, run, started, wait_until

PASSWORD = "very-secret-word"


@pytest.mark.parametrize("command", ["serve", "work", "open-days"])
def test_a_broken_database_address_is_one_sentence_without_the_password(command: str) -> None:
    broken = f"postgresql://registratura_app:{PASSWORD}@127.0.0.1:1/registratura"
    told = run(CHECKOUT, command, DATABASE_URL=broken)
    assert told.returncode == 2
    assert "DATABASE_URL" in told.stderr
    assert told.stderr.strip().count("\n") == 0
    assert PASSWORD not in told.stdout + told.stderr


def test_a_busy_port_is_named_with_the_variable_that_changes_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        ports = free_ports() | {"REGISTRATURA_PORT": port}
        told = run(CHECKOUT, "demo", **ports, REGISTRATURA_VAR=str(tmp_path))
    assert told.returncode == 2
    assert port in told.stderr
    assert "REGISTRATURA_PORT" in told.stderr
    assert told.stderr.strip().count("\n") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRATURA_PORT", "много"),
        ("REGISTRATURA_REGION_ZONE", "Europe/Kaluga"),
        ("REGISTRATURA_POLICY_CHECK", "perhaps"),
        ("REGISTRATURA_ENVIRONMENT", "production"),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence(name: str, value: str) -> None:
    told = run(CHECKOUT, "serve", **{name: value})
    assert told.returncode == 2
    assert "REGISTRATURA_" in told.stderr
    assert told.stderr.strip().count("\n") == 0


def test_the_stand_does_not_start_as_production(tmp_path: Path) -> None:
    told = run(CHECKOUT, "demo", REGISTRATURA_ENVIRONMENT="production", **free_ports())
    assert told.returncode == 2


def test_the_worker_gives_way_to_other_sessions_too(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _GIVING_WAY],
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
        cwd=CHECKOUT,
    )
    before, own, of_the_session = told.stdout.splitlines()
    assert int(own) == min(19, int(before) + 10)
    assert of_the_session in ("nice 10", "")  # nothing where the kernel groups no sessions


_GIVING_WAY = """
import os, pathlib
from registratura.cli import give_way
print(os.nice(0))
give_way()
print(os.getpriority(os.PRIO_PROCESS, 0))
group = pathlib.Path("/proc/self/autogroup")
print(" ".join(group.read_text().split()[1:]) if group.exists() else "")
"""


def test_ctrl_c_ends_everything_it_started(tmp_path: Path) -> None:
    ports = free_ports()
    with started(
        CHECKOUT, "demo", "--size", "tiny", REGISTRATURA_VAR=str(tmp_path / "var"), **ports
    ) as stand:
        stand.wait_for("Ctrl-C")
        home = f"http://127.0.0.1:{ports['REGISTRATURA_PORT']}/"
        assert httpx.get(home, trust_env=False).status_code == 200
        assert len(stand.processes()) >= 5  # a database, two stand-ins, a worker, the portal
        stand.process.send_signal(signal.SIGINT)
        assert wait_until(lambda: stand.process.poll() is not None, 30)
        assert wait_until(lambda: not stand.processes(), 10), stand.processes()
        assert "Traceback" not in stand.said()
    look_at_cluster(tmp_path / "var" / "postgres").erase()  # as root it lies elsewhere
