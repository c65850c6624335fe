"""Signatures in a CMS container, as v1 of ЕСИА's protocol carries them."""

from registratura_ground.signing.openssl import OpensslFault, run


async def sign_container(
    key_pem: bytes, certificate_pem: bytes, data: bytes, *, gost: bool
) -> bytes:
    """A detached container (DER) with the certificate and the usual signed attributes.

    Digest SHA-256, or Streebog-256 for a GOST key. Refuses with `OpensslFault`.
    """
    files = {"certificate": certificate_pem, "key": key_pem, "data": data}
    kind = ["-md", "md_gost12_256" if gost else "sha256", "-outform", "DER"]
    signing = ["-signer", "certificate", "-inkey", "key"]
    done = await run(["cms", "-sign", "-binary", "-in", "data", *kind, *signing], files, gost=gost)
    if done.code or not done.out:
        raise OpensslFault("openssl did not sign")
    return done.out


async def verify_container(
    certificate_pem: bytes, data: bytes, container: bytes, *, gost: bool
) -> bool:
    """True if the container (DER) holds a signature of `data` by this very certificate's key.

    The text may stand inside or not, with signed attributes or without. Certificates that the
    container brings along count for nothing. Refuses with `OpensslFault`.
    """
    files = {"certificate": certificate_pem, "data": data, "container": container}
    trust = ["-noverify", "-nointern", "-certfile", "certificate"]
    given = ["-binary", "-inform", "DER", "-in", "container"]
    done = await run(["cms", "-verify", *given, "-content", "data", *trust], files, gost=gost)
    return done.code == 0 and done.out == data
