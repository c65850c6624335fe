"""Where statuses go is a setting; a production start refuses what could be read on the way."""

from pathlib import Path

import pytest

from registratura.settings import Settings
from registratura.stand.databases import Databases
from registratura.stand.passwords import keep_password
from registratura.stand.programs import Places, Programs
from registratura_ground.refused import Refused
from registratura_standins.gosuslugi.settings import read_settings

PRODUCTION = {
    "REGISTRATURA_ENVIRONMENT": "production",
    "REGISTRATURA_SECRET": "x" * 40,
    "REGISTRATURA_PUBLIC_URL": "https://registratura.example.org",
    "REGISTRATURA_ESIA_URL": "https://esia.example.org",
    "REGISTRATURA_ESIA_KEY_FILE": "key",
    "REGISTRATURA_ESIA_CERTIFICATE_FILE": "crt",
    "REGISTRATURA_ESIA_TRUSTED_FILES": "esia.crt",
    "REGISTRATURA_FEDERAL_CALLERS": "192.0.2.1",
    "DATABASE_URL": "postgresql://registratura_app@db/registratura",
    "REGISTRATURA_FEDERAL_STATUS_URL": "https://er.example.org/status?x=1",
    "REGISTRATURA_FEDERAL_RMIS_ID": "conc-00040-rmis",
    "REGISTRATURA_FEDERAL_STATUS_USER": "region-40",
    "REGISTRATURA_FEDERAL_STATUS_PASSWORD": "long-enough-a-password",
}


def test_production_pushes_by_https_under_a_name_of_its_own() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.federal_status_url == "https://er.example.org/status?x=1"
    here = PRODUCTION | {"REGISTRATURA_FEDERAL_STATUS_URL": "http://127.0.0.1:81/"}
    assert Settings.from_environment(here).federal_rmis_id == "conc-00040-rmis"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("REGISTRATURA_FEDERAL_STATUS_URL", "http://er.example.org/status"),
        ("REGISTRATURA_FEDERAL_LIST_URL", "http://er.example.org/list"),
        ("REGISTRATURA_FEDERAL_RMIS_ID", ""),
        ("REGISTRATURA_FEDERAL_STATUS_USER", ""),
        ("REGISTRATURA_FEDERAL_STATUS_PASSWORD", ""),
        ("REGISTRATURA_FEDERAL_STATUS_URL", "er.example.org"),
        ("REGISTRATURA_FEDERAL_STATUS_URL", "https://user@er.example.org/"),
        ("REGISTRATURA_FEDERAL_STATUS_URL", "https://er.example.org:99999/"),
        ("REGISTRATURA_FEDERAL_STATUS_SECONDS", "0"),
        ("REGISTRATURA_FEDERAL_STATUS_SECONDS", "много"),
    ],
)
def test_what_is_wrong_is_named(name: str, given: str) -> None:
    with pytest.raises(Refused, match=name):
        Settings.from_environment(PRODUCTION | {name: given})


DATABASES = Databases("postgresql:///r", "postgresql:///o", {"esia": "e", "gosuslugi": "g"}, None)


def stand(inherited: dict[str, str]) -> Programs:
    """The demo under that environment."""
    settings = Settings.from_environment(inherited)
    places = Places.from_environment(inherited)
    return Programs(settings, places, DATABASES, inherited, "made-at-first-start")


def test_the_stand_pushes_to_its_own_portal_unless_told_otherwise() -> None:
    for inherited, url in (
        ({"GOSUSLUGI_PORT": "9002"}, "http://127.0.0.1:9002/fer/status"),
        ({"REGISTRATURA_FEDERAL_STATUS_URL": "http://localhost/s"}, "http://localhost/s"),
    ):
        environment = stand(inherited).registry_environment()
        assert environment["REGISTRATURA_FEDERAL_STATUS_URL"] == url
        assert Settings.from_environment(environment).federal_rmis_id == "conc-00040-rmis"


USER, PASSWORD = "REGISTRATURA_FEDERAL_STATUS_USER", "REGISTRATURA_FEDERAL_STATUS_PASSWORD"


@pytest.mark.parametrize(
    ("inherited", "known"),
    [
        ({}, ("registratura", "made-at-first-start")),
        ({USER: "me", PASSWORD: "mine"}, ("me", "mine")),
        ({PASSWORD: "mine"}, ("registratura", "mine")),
    ],
    ids=["made", "given", "password given"],
)
def test_both_sides_of_the_stand_get_the_same_password(
    inherited: dict[str, str], known: tuple[str, str]
) -> None:
    programs = stand(inherited)
    pushing = Settings.from_environment(programs.registry_environment())
    portal = read_settings(programs.gosuslugi_environment())
    assert (pushing.federal_status_user, pushing.federal_status_password) == known
    assert portal.status_basic == ":".join(known)
    assert portal.rmis_id == pushing.federal_rmis_id
    assert PASSWORD not in programs.gosuslugi_environment()
    assert "GOSUSLUGI_STATUS_BASIC" not in programs.registry_environment()


def test_another_address_never_hears_the_password_of_the_stand() -> None:
    for name in ("STATUS", "LIST"):
        there = {f"REGISTRATURA_FEDERAL_{name}_URL": "http://localhost/s"}
        pushing = Settings.from_environment(stand(there).registry_environment())
        assert (pushing.federal_status_user, pushing.federal_status_password) == ("", "")


def test_a_password_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "federal-status.password"
    made = keep_password(file)
    assert len(made) > 40
    assert keep_password(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in file.parent.iterdir()] == [file.name]
    file.write_text("")  # a start that broke off
    assert len(keep_password(file)) > 40
