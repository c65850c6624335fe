"""Signatures in a CMS container, as v1 of ЕСИА's protocol carries them."""

from registratura_ground.signing.openssl import run


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
