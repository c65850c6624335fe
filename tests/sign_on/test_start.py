"""What the sign-on cannot be opened with is one sentence at the start, status 2, no traceback."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from registratura import cli
from registratura.esia import Esia, Oidc, open_sign_on
from registratura.settings import DEMO_SECRET, Settings
from registratura_ground.refused import Refused
from registratura_ground.signing import keep_rsa_identity
from tests.given import portal
from tests.ground.openssl import needs_gost

ORDINARY = portal.settings("")
KEY, CERTIFICATE = ORDINARY.esia_key_file, ORDINARY.esia_certificate_file
GATEWAY = replace(ORDINARY, esia_mode="oidc", oidc_issuer="https://gw.example/realms/esia")
PRODUCTION = {
    "REGISTRATURA_ENVIRONMENT": "production",
    "REGISTRATURA_SECRET": "b" * 40,
    "REGISTRATURA_PUBLIC_URL": "https://registratura.example",
    "DATABASE_URL": "postgresql://registratura_app@127.0.0.1/registratura",
    "REGISTRATURA_FEDERAL_CALLERS": "203.0.113.0/24",
    "REGISTRATURA_ESIA_KEY_FILE": str(KEY),
    "REGISTRATURA_ESIA_MODE": "oidc",
    "REGISTRATURA_ESIA_MNEMONIC": "registry-40",
    "REGISTRATURA_OIDC_ISSUER": "https://gw.example/realms/esia/",
}


def garbage(folder: Path) -> Path:
    """A file that is no key."""
    (folder / "garbage.pem").write_text("-----BEGIN NOTHING-----")
    return folder / "garbage.pem"


def stranger(folder: Path) -> Path:
    """A key of another pair."""
    keep_rsa_identity(folder / "other.key", folder / "other.crt", "other")
    return folder / "other.key"


BROKEN: list[tuple[str, str, Callable[[Path], Settings]]] = [
    ("no key", "REGISTRATURA_ESIA_KEY_FILE", lambda it: replace(ORDINARY, esia_key_file=it / "a")),
    ("a folder", "ESIA_CERTIFICATE_FILE", lambda it: replace(ORDINARY, esia_certificate_file=it)),
    ("garbage", "нужна пара", lambda it: replace(ORDINARY, esia_key_file=garbage(it))),
    ("another pair", "нужна пара", lambda it: replace(ORDINARY, esia_key_file=stranger(it))),
    ("a certificate for a key", "пара", lambda _: replace(ORDINARY, esia_key_file=CERTIFICATE)),
    ("no trusted", "ESIA_TRUSTED_FILES", lambda _: replace(ORDINARY, esia_trusted_files=())),
    ("trusted key", "не сертификат", lambda _: replace(ORDINARY, esia_trusted_files=(KEY,))),
    (
        "one of two trusted",
        "не сертификат RSA",
        lambda it: replace(ORDINARY, esia_trusted_files=(CERTIFICATE, garbage(it))),
    ),
    ("no gateway", "REGISTRATURA_OIDC_ISSUER", lambda _: replace(GATEWAY, oidc_issuer="")),
    ("its key", "закрытый ключ RSA", lambda it: replace(GATEWAY, esia_key_file=garbage(it))),
    ("public key", "закрытый ключ", lambda _: replace(GATEWAY, esia_key_file=CERTIFICATE)),
    ("claim", "нет поля «name»", lambda _: replace(GATEWAY, oidc_claims=(("name", "x"),))),
]


@pytest.mark.parametrize(
    ("words", "make"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_key_or_setting_is_named_in_one_sentence(
    tmp_path: Path, words: str, make: Callable[[Path], Settings]
) -> None:
    with pytest.raises(Refused) as refused:
        open_sign_on(make(tmp_path))
    told = str(refused.value)
    assert words in told
    assert told.count("\n") == 0
    assert told.endswith(".")


@needs_gost
def test_a_key_of_rsa_does_not_do_for_gost() -> None:
    with pytest.raises(Refused, match=r"ГОСТ Р 34\.10-2012"):
        open_sign_on(replace(ORDINARY, esia_mode="gost"))


def test_a_missing_openssl_is_named_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registratura_ground.signing import gost

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(gost, "PUBLIC_KEY", "1.2.840.113549.1.1.1")  # as if a GOST certificate
    with pytest.raises(Refused, match="libengine-gost-openssl"):
        open_sign_on(replace(ORDINARY, esia_mode="gost"))


def test_serve_says_it_and_ends_with_status_two(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REGISTRATURA_ESIA_KEY_FILE", str(garbage(tmp_path)))
    monkeypatch.setenv("REGISTRATURA_ESIA_CERTIFICATE_FILE", str(CERTIFICATE))
    monkeypatch.setattr("sys.argv", ["registratura", "serve"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err.strip()
    assert "REGISTRATURA_ESIA_KEY_FILE" in told
    assert told.count("\n") == 0


def test_the_mode_chooses_who_is_asked() -> None:
    assert isinstance(open_sign_on(ORDINARY), Esia)
    renamed = replace(GATEWAY, oidc_claims=(("oid", "sub"),), esia_scope="openid esia")
    client = open_sign_on(renamed)
    assert isinstance(client, Oidc)
    assert (client.provider, client.scope) == (GATEWAY.oidc_issuer, "openid esia")
    assert (client.names["oid"], client.names["snils"]) == ("sub", "snils")


def test_production_with_a_gateway_needs_its_address_and_our_key_only() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.oidc_issuer == "https://gw.example/realms/esia/"  # letter by letter
    assert settings.sign_on_origin == "https://gw.example"


def test_production_asks_esia_itself_under_https_only() -> None:
    direct = PRODUCTION | {
        "REGISTRATURA_ESIA_MODE": "gost",
        "REGISTRATURA_ESIA_CERTIFICATE_FILE": str(CERTIFICATE),
        "REGISTRATURA_ESIA_TRUSTED_FILES": str(CERTIFICATE),
    }
    Settings.from_environment(direct | {"REGISTRATURA_ESIA_URL": "https://esia.gosuslugi.ru"})
    with pytest.raises(Refused, match="REGISTRATURA_ESIA_URL"):
        Settings.from_environment(direct | {"REGISTRATURA_ESIA_URL": "http://esia.gosuslugi.ru"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRATURA_OIDC_ISSUER", "http://gw.example/realms/esia"),
        ("REGISTRATURA_OIDC_ISSUER", ""),
        ("REGISTRATURA_ESIA_KEY_FILE", ""),
        ("REGISTRATURA_ESIA_MNEMONIC", ""),
        ("REGISTRATURA_SECRET", DEMO_SECRET),
        ("REGISTRATURA_OIDC_ISSUER", "https://gw.example/?a=b"),
        ("REGISTRATURA_OIDC_ISSUER", "https://a:b@gw.example/"),
        ("REGISTRATURA_OIDC_ISSUER", "gw.example"),
        ("REGISTRATURA_OIDC_CLAIMS", "oid"),
        ("REGISTRATURA_OIDC_CLAIMS", "oid="),
        ("REGISTRATURA_ESIA_PKCE", "plain"),
    ],
)
def test_production_refuses_what_is_not_safe_or_not_said(name: str, value: str) -> None:
    with pytest.raises(Refused, match=name):
        Settings.from_environment(PRODUCTION | {name: value})
