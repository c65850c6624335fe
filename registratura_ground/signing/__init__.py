"""Signatures behind one small interface, and signed tokens (JWS) on top of them."""

from registratura_ground.signing.container import sign_container, verify_container
from registratura_ground.signing.gost import (
    GostSigner,
    GostVerifier,
    gost_certificate_hash,
    make_gost_identity,
)
from registratura_ground.signing.identity import (
    ALGORITHMS,
    keep_gost_identity,
    keep_rsa_identity,
    open_signer,
    open_verifier,
)
from registratura_ground.signing.interface import Signer, Verifier
from registratura_ground.signing.openssl import OpensslFault
from registratura_ground.signing.rsa import (
    RsaSigner,
    RsaVerifier,
    make_rsa_identity,
    rsa_certificate_hash,
)
from registratura_ground.signing.tokens import BadToken, b64url, jws_decode, jws_encode, unb64url

__all__ = [
    "ALGORITHMS",
    "BadToken",
    "GostSigner",
    "GostVerifier",
    "OpensslFault",
    "RsaSigner",
    "RsaVerifier",
    "Signer",
    "Verifier",
    "b64url",
    "gost_certificate_hash",
    "jws_decode",
    "jws_encode",
    "keep_gost_identity",
    "keep_rsa_identity",
    "make_gost_identity",
    "make_rsa_identity",
    "open_signer",
    "open_verifier",
    "rsa_certificate_hash",
    "sign_container",
    "unb64url",
    "verify_container",
]
