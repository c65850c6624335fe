"""The settings of mail: a wrong one is named, and a production keeps patients' names to itself."""

import pytest

from registratura.settings import Settings
from registratura_ground.refused import Refused

PRODUCTION = {
    "REGISTRATURA_ENVIRONMENT": "production",
    "REGISTRATURA_FEDERAL_CALLERS": "203.0.113.0/24",
    "DATABASE_URL": "postgresql://registratura_app@db/registratura",
    "REGISTRATURA_ESIA_URL": "https://esia.gosuslugi.ru",
    "REGISTRATURA_ESIA_KEY_FILE": "/keys/own.key",
    "REGISTRATURA_ESIA_CERTIFICATE_FILE": "/keys/own.crt",
    "REGISTRATURA_ESIA_TRUSTED_FILES": "/keys/esia.crt",
    "REGISTRATURA_PUBLIC_URL": "https://registratura.example.org",
    "REGISTRATURA_SECRET": "a secret that is long enough for all",
}
MAIL = {
    "REGISTRATURA_SMTP_HOST": "mail.example.org",
    "REGISTRATURA_SMTP_FROM": "noreply@example.org",
}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("REGISTRATURA_SMTP_PORT", "0"),
        ("REGISTRATURA_SMTP_TLS", "yes"),
        ("REGISTRATURA_SMTP_FROM", "Регистратура"),
        ("REGISTRATURA_SMTP_FROM", "a@b.ru>\r\nBcc: c@d.ru"),
    ],
)
def test_a_wrong_setting_is_named(name: str, given: str) -> None:
    with pytest.raises(Refused, match=name):
        Settings.from_environment({name: given})


def test_a_production_may_send_no_letters() -> None:
    assert Settings.from_environment(PRODUCTION).smtp_host == ""


def test_a_production_sends_under_its_own_name_and_encrypted() -> None:
    found = Settings.from_environment(PRODUCTION | MAIL)
    assert (found.smtp_tls, found.smtp_port) == ("starttls", 587)
    with pytest.raises(Refused, match="REGISTRATURA_SMTP_FROM"):
        Settings.from_environment(PRODUCTION | {"REGISTRATURA_SMTP_HOST": "mail.example.org"})
    with pytest.raises(Refused, match="REGISTRATURA_SMTP_TLS"):
        Settings.from_environment(PRODUCTION | MAIL | {"REGISTRATURA_SMTP_TLS": "none"})


def test_a_server_on_the_same_machine_needs_no_encryption() -> None:
    near = MAIL | {"REGISTRATURA_SMTP_HOST": "localhost", "REGISTRATURA_SMTP_TLS": "none"}
    assert Settings.from_environment(PRODUCTION | near).smtp_tls == "none"
