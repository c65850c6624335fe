"""Signatures and tokens: ours against two independent implementations and against forgers."""

import base64
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from registratura_ground.signing import (
    BadToken,
    RsaSigner,
    RsaVerifier,
    b64url,
    jws_decode,
    jws_encode,
    keep_rsa_identity,
    make_rsa_identity,
    rsa_certificate_hash,
    sign_container,
    unb64url,
    verify_container,
)

KEY, CERTIFICATE = make_rsa_identity("REG40")
OTHER_KEY, OTHER_CERTIFICATE = make_rsa_identity("REG40")
CLAIMS = {"sub": 1000000001, "iss": "http://esia.gosuslugi.ru/", "имя": "Мария"}


async def test_the_openssl_program_accepts_our_signature_and_we_accept_its(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl program is not installed")
    data, signature = tmp_path / "data", tmp_path / "signature"
    key, certificate, public = tmp_path / "key", tmp_path / "crt", tmp_path / "pub"
    key.write_bytes(KEY)
    certificate.write_bytes(CERTIFICATE)
    data.write_bytes("строка для подписи".encode())
    signature.write_bytes(await RsaSigner(KEY, CERTIFICATE).sign(data.read_bytes()))

    def run(*words: str, given: bytes = b"") -> bytes:
        done = subprocess.run([openssl, *words], input=given, check=True, capture_output=True)
        return done.stdout

    public.write_bytes(run("x509", "-in", str(certificate), "-noout", "-pubkey"))
    run("dgst", "-sha256", "-verify", str(public), "-signature", str(signature), str(data))
    theirs = run("dgst", "-sha256", "-sign", str(key), str(data))
    assert await RsaVerifier(CERTIFICATE).verify(data.read_bytes(), theirs)
    der = run("x509", "-in", str(certificate), "-outform", "DER")
    hashed = run("dgst", "-sha256", "-r", given=der)
    assert rsa_certificate_hash(CERTIFICATE) == hashed.split()[0].decode().upper()


async def test_a_signature_of_another_key_or_text_is_refused() -> None:
    signature = await RsaSigner(KEY, CERTIFICATE).sign(b"one")
    assert not await RsaVerifier(CERTIFICATE).verify(b"two", signature)
    assert not await RsaVerifier(OTHER_CERTIFICATE).verify(b"one", signature)
    assert not await RsaVerifier(CERTIFICATE).verify(b"one", b"")


def test_a_key_of_another_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="does not belong"):
        RsaSigner(KEY, OTHER_CERTIFICATE)


@pytest.mark.parametrize("size", range(12))
def test_base64_is_read_in_its_three_spellings(size: int) -> None:
    data = b"\xfb\xff\xfe" * 4
    data = data[:size]
    assert unb64url(b64url(data)) == data
    assert unb64url(base64.b64encode(data).decode()) == data
    assert unb64url(base64.urlsafe_b64encode(data).decode()) == data
    assert "=" not in b64url(data)


@pytest.mark.parametrize("text", ["a", "ab cd", "ab\n", "яя", "a=b=", "ab!d"])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        unb64url(text)


async def test_another_library_reads_our_token_and_we_read_its() -> None:
    key = RSAKey.import_key(KEY)
    ours = await jws_encode({"typ": "JWT", "sbt": "id"}, CLAIMS, RsaSigner(KEY, CERTIFICATE))
    own_fields = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    read = jwt.decode(ours, key, registry=own_fields)
    assert read.claims == CLAIMS
    assert read.header == {"typ": "JWT", "sbt": "id", "alg": "RS256"}
    theirs = jwt.encode({"alg": "RS256"}, CLAIMS, key, algorithms=["RS256"])
    assert await jws_decode(theirs, [RsaVerifier(CERTIFICATE)], "RS256") == (
        {"typ": "JWT", "alg": "RS256"},
        CLAIMS,
    )


async def test_either_of_two_trusted_certificates_will_do() -> None:
    token = await jws_encode({}, CLAIMS, RsaSigner(OTHER_KEY, OTHER_CERTIFICATE))
    trusted = [RsaVerifier(CERTIFICATE), RsaVerifier(OTHER_CERTIFICATE)]
    assert (await jws_decode(token, trusted, "RS256"))[1] == CLAIMS


def _forged() -> dict[str, str]:
    none = b64url(json.dumps({"alg": "none"}).encode())
    body = b64url(json.dumps(CLAIMS).encode())
    rs256 = b64url(json.dumps({"alg": "RS256"}).encode())
    return {
        "no signature": f"{none}.{body}.",
        "empty": "",
        "two parts": f"{rs256}.{body}",
        "four parts": f"{rs256}.{body}.a.b",
        "not base64": f"{rs256}.{body}.!!!!",
        "not JSON": f"{b64url(b'{')}.{body}.AAAA",
        "not an object": f"{b64url(b'[]')}.{body}.AAAA",
        "deep": f"{b64url(b'[' * 20000)}.{body}.AAAA",
        "other letters": "я.я.я",
        "too long": f"{rs256}.{'A' * 70000}.AAAA",
        "wrong signature": f"{rs256}.{body}.{b64url(bytes(256))}",
    }


@pytest.mark.parametrize("token", _forged().values(), ids=_forged().keys())
async def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        await jws_decode(token, [RsaVerifier(CERTIFICATE)], "RS256")


async def test_the_algorithm_is_the_configured_one_never_the_tokens() -> None:
    token = await jws_encode({}, CLAIMS, RsaSigner(KEY, CERTIFICATE))
    for alg in ("GOST3410_2012_256", "none", "HS256"):
        with pytest.raises(BadToken):
            await jws_decode(token, [RsaVerifier(CERTIFICATE)], alg)
    critical = await jws_encode({"crit": ["b64"]}, CLAIMS, RsaSigner(KEY, CERTIFICATE))
    with pytest.raises(BadToken):
        await jws_decode(critical, [RsaVerifier(CERTIFICATE)], "RS256")


async def test_a_changed_claim_breaks_the_signature() -> None:
    header, body, signature = (await jws_encode({}, CLAIMS, RsaSigner(KEY, CERTIFICATE))).split(".")
    changed = b64url(unb64url(body).replace(b"1000000001", b"1000000002"))
    with pytest.raises(BadToken):
        await jws_decode(f"{header}.{changed}.{signature}", [RsaVerifier(CERTIFICATE)], "RS256")


def test_kept_keys_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    key, certificate = tmp_path / "keys" / "a.key", tmp_path / "keys" / "a.crt"
    keep_rsa_identity(key, certificate, "REG40")
    made = key.read_bytes()
    keep_rsa_identity(key, certificate, "REG40")
    assert key.read_bytes() == made
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    RsaSigner(made, certificate.read_bytes())
    certificate.unlink()
    with pytest.raises(ValueError, match="only one"):
        keep_rsa_identity(key, certificate, "REG40")


async def test_a_container_of_rsa_is_read_by_its_certificate_only() -> None:
    container = await sign_container(KEY, CERTIFICATE, b"text", gost=False)
    assert await verify_container(CERTIFICATE, b"text", container, gost=False)
    assert not await verify_container(OTHER_CERTIFICATE, b"text", container, gost=False)
    assert not await verify_container(CERTIFICATE, b"text!", container, gost=False)
