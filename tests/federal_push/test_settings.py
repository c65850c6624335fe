"""Where statuses go is a setting; a production start refuses what could be read on the way."""

import pytest

from registratura.settings import Settings
from registratura.stand.databases import Databases
from registratura.stand.programs import Places, Programs
from registratura_ground.refused import Refused

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


def test_the_stand_pushes_to_its_own_portal_unless_told_otherwise() -> None:
    databases = Databases(
        "postgresql:///r", "postgresql:///o", {"esia": "e", "gosuslugi": "g"}, None
    )
    for inherited, url in (
        ({"GOSUSLUGI_PORT": "9002"}, "http://127.0.0.1:9002/fer/status"),
        ({"REGISTRATURA_FEDERAL_STATUS_URL": "http://localhost/s"}, "http://localhost/s"),
    ):
        places = Places.from_environment(inherited)
        environment = Programs(Settings(), places, databases, inherited).registry_environment()
        assert environment["REGISTRATURA_FEDERAL_STATUS_URL"] == url
        assert Settings.from_environment(environment).federal_rmis_id == "conc-00040-rmis"
