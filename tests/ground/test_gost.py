"""GOST signatures: ours against the bare `openssl` program, and against forgers."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from registratura_ground.signing import (
    BadToken,
    GostSigner,
    GostVerifier,
    OpensslFault,
    RsaVerifier,
    b64url,
    jws_decode,
    jws_encode,
    keep_gost_identity,
    make_gost_identity,
    make_rsa_identity,
    open_signer,
    open_verifier,
    sign_container,
    unb64url,
    verify_container,
)
from tests.ground.openssl import Bench, bench, needs_gost

pytestmark = needs_gost
TEXT = "строка для подписи".encode()


@pytest.fixture(scope="module")
def pair() -> tuple[bytes, bytes]:
    """A key and its certificate, made by the program itself."""
    return make_gost_identity("REG40")


@pytest.fixture
def openssl(tmp_path: Path) -> Bench:
    """The bare program in a folder of the test's."""
    return bench(tmp_path)


async def test_the_bare_program_accepts_our_signature_and_we_accept_its(openssl: Bench) -> None:
    openssl.make_identity()
    signer = GostSigner(openssl.read("key"), openssl.read("crt"))
    signature = await signer.sign(TEXT)
    assert len(signature) == 64
    assert openssl.accepts(TEXT, signature)
    verifier = GostVerifier(openssl.read("crt"))
    assert await verifier.verify(TEXT, openssl.sign(TEXT))
    assert signer.certificate_hash == verifier.certificate_hash == openssl.certificate_hash()


async def test_a_signature_of_another_key_text_or_order_is_refused(
    pair: tuple[bytes, bytes],
) -> None:
    signature = await GostSigner(*pair).sign(TEXT)
    verifier = GostVerifier(pair[1])
    assert not await verifier.verify(TEXT + b" ", signature)
    assert not await GostVerifier(make_gost_identity("REG40")[1]).verify(TEXT, signature)
    for wrong in (b"", bytes(64), b"\xff" * 64, signature[::-1], signature[:63], signature + b"x"):
        assert not await verifier.verify(TEXT, wrong)


def test_keys_and_certificates_of_another_kind_are_refused(pair: tuple[bytes, bytes]) -> None:
    rsa_key, rsa_certificate = make_rsa_identity("REG40")
    with pytest.raises(ValueError, match="not a certificate of GOST"):
        open_verifier("gost", rsa_certificate)
    with pytest.raises(ValueError, match=r"not a GOST private key|does not belong"):
        open_signer("gost", rsa_key, pair[1])
    with pytest.raises(ValueError, match="does not belong"):
        open_signer("gost", make_gost_identity("REG40")[0], pair[1])


async def test_a_token_keeps_to_the_configured_algorithm(pair: tuple[bytes, bytes]) -> None:
    claims = {"sub": 1000000001, "имя": "Мария"}
    token = await jws_encode({"typ": "JWT"}, claims, GostSigner(*pair))
    verifier = GostVerifier(pair[1])
    assert await jws_decode(token, [verifier], "GOST3410_2012_256") == (
        {"typ": "JWT", "alg": "GOST3410_2012_256"},
        claims,
    )
    with pytest.raises(BadToken):
        await jws_decode(token, [verifier], "RS256")
    rsa_only = [RsaVerifier(make_rsa_identity("REG40")[1])]
    with pytest.raises(BadToken):
        await jws_decode(token, rsa_only, "GOST3410_2012_256")
    header, body, signature = token.split(".")
    changed = b64url(unb64url(body).replace(b"1000000001", b"1000000002"))
    with pytest.raises(BadToken):
        await jws_decode(f"{header}.{changed}.{signature}", [verifier], "GOST3410_2012_256")


@pytest.mark.parametrize("form", [[], ["-noattr"], ["-nodetach"], ["-nodetach", "-noattr"]])
async def test_a_container_is_read_in_every_form_that_clients_write(
    openssl: Bench, form: list[str]
) -> None:
    openssl.make_identity()
    container = openssl.container(TEXT, *form)
    certificate = openssl.read("crt")
    assert await verify_container(certificate, TEXT, container, gost=True)
    assert not await verify_container(certificate, TEXT + b"!", container, gost=True)
    other = make_gost_identity("REG40")[1]
    assert not await verify_container(other, TEXT, container, gost=True)
    assert not await verify_container(certificate, TEXT, b"no container", gost=True)


async def test_a_container_of_ours_is_read_by_its_certificate_only(
    pair: tuple[bytes, bytes],
) -> None:
    container = await sign_container(*pair, TEXT, gost=True)
    assert await verify_container(pair[1], TEXT, container, gost=True)
    assert not await verify_container(pair[1], TEXT + b"!", container, gost=True)
    with pytest.raises(OpensslFault):
        await sign_container(make_gost_identity("REG40")[0], pair[1], TEXT, gost=True)


def test_kept_keys_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    key, certificate = tmp_path / "keys" / "a.key", tmp_path / "keys" / "a.crt"
    keep_gost_identity(key, certificate, "ЕСИА, учебный стенд")
    made = key.read_bytes()
    keep_gost_identity(key, certificate, "ЕСИА, учебный стенд")
    assert key.read_bytes() == made
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    GostSigner(made, certificate.read_bytes())


async def test_no_key_is_left_behind_in_the_temporary_folder(
    pair: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await GostSigner(*pair).sign(TEXT)
    assert not os.listdir(tmp_path)


async def test_without_the_program_it_is_said_so(
    pair: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = GostSigner(*pair)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OpensslFault):
        await signer.sign(TEXT)
    with pytest.raises(OpensslFault):
        make_gost_identity("REG40")


async def test_a_program_that_hangs_is_ended(
    pair: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = GostSigner(*pair)
    hanging = tmp_path / "openssl"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("registratura_ground.signing.openssl.LONGEST", 0.2)
    with pytest.raises(OpensslFault, match="too long"):
        await signer.sign(TEXT)
