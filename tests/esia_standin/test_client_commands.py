"""Client systems by command: registered, listed, changed, suspended, removed."""

from pathlib import Path

import pytest

from tests.esia_standin.portal import Portal, make_portal
from tests.esia_standin.program import environment, run

HOST = ("--host", "127.0.0.1:8000")


@pytest.fixture
def variables(esia_database_url: str, tmp_path: Path, portal: Portal) -> dict[str, str]:
    """Settings of the commands; the portal's certificate lies beside."""
    (tmp_path / "portal.crt").write_text(portal.certificate_pem)
    return environment(esia_database_url, tmp_path)


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    """The shortest registration, its host still missing."""
    return ["register-client", "--mnemonic", "X", "--certificate", str(tmp_path / "portal.crt")]


def test_a_client_is_registered_and_bad_input_is_one_sentence(
    variables: dict[str, str], given: list[str], tmp_path: Path
) -> None:
    assert run(variables, *given, *HOST).status == 0
    assert run(variables, *given, "--host", "http://127.0.0.1:8000").status == 0
    for wrong in (
        [*given, "--host", "a b"],
        [*given, "--host", "portal.example/path"],
        [*given, *HOST, "--scope", "openid nonsense"],
        [*given, *HOST, "--mode", "gost"],
        [*given[:-1], str(tmp_path / "absent.crt"), *HOST],
        ["change-client", "--mnemonic", "NOBODY"],
        ["change-client", "--mnemonic", "X", "--mode", "gost"],
        ["remove-client", "--mnemonic", "NOBODY"],
    ):
        done = run(variables, *wrong)
        assert done.status == 2, wrong
        assert len(done.refusal.splitlines()) == 1, done.refusal
    assert run(variables, *given, *HOST, "--consent-type", "NOTHING").status == 2


def test_a_clients_rules_are_listed_and_changed_one_by_one(
    variables: dict[str, str], given: list[str], portal: Portal
) -> None:
    run(variables, *given, *HOST, "--name", "Портал", "--consent-type", "APIPGU")
    shown = run(variables, "list-clients").out
    for words in ("X  Портал", "подпись: rsa", portal.certificate_hash, "APIPGU", "kid_snils"):
        assert words in shown
    assert "http://127.0.0.1:8000 https://127.0.0.1:8000" in shown
    change = ["change-client", "--mnemonic", "X"]
    assert run(variables, *change, "--suspend", "--confirmed-only", "--scope", "openid").status == 0
    shown = run(variables, "list-clients").out.partition("X  Портал")[2]
    assert "приостановлена" in shown
    assert "только подтверждённые записи" in shown
    assert "области доступа: openid\n" in shown
    assert portal.certificate_hash in shown
    run(variables, *change, "--resume", "--any-level", "--host", "portal.example")
    shown = run(variables, "list-clients").out.partition("X  Портал")[2]
    assert "приостановлена" not in shown
    assert "адреса: https://portal.example:443\n" in shown


def test_certificates_are_changed_as_a_whole(
    variables: dict[str, str], given: list[str], portal: Portal, tmp_path: Path
) -> None:
    new = make_portal("X", "")
    (tmp_path / "new.crt").write_text(new.certificate_pem)
    run(variables, *given, *HOST)
    both = [
        word for name in ("portal", "new") for word in ("--certificate", f"{tmp_path}/{name}.crt")
    ]
    run(variables, "change-client", "--mnemonic", "X", *both)
    shown = run(variables, "list-clients").out.partition("X  X")[2]
    assert portal.certificate_hash in shown
    assert new.certificate_hash in shown
    run(variables, "change-client", "--mnemonic", "X", *both[2:])
    shown = run(variables, "list-clients").out.partition("X  X")[2]
    assert portal.certificate_hash not in shown


def test_a_removed_client_is_unknown(variables: dict[str, str], given: list[str]) -> None:
    run(variables, *given, *HOST)
    assert run(variables, "remove-client", "--mnemonic", "X").status == 0
    assert "X  X" not in run(variables, "list-clients").out
    assert "REG40" in run(variables, "list-clients").out
