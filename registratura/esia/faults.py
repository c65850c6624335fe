"""Why a sign-in did not succeed. No text here holds a token or a person's data."""


class EsiaFault(Exception):
    """`reason` is a short word for the log, such as `ESIA-007011` or `wrong issuer`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class EsiaDown(EsiaFault):
    """ЕСИА does not answer, answers too late, or says that it is broken or overloaded."""


class EsiaRefused(EsiaFault):
    """ЕСИА said no, or said something that must not be believed."""


class Declined(EsiaRefused):
    """The person did not allow ЕСИА to hand his data over."""


class NotConfirmed(EsiaFault):
    """The account is not a confirmed one: a doctor's appointment demands it."""


_BY_REASON: dict[str, type[EsiaFault]] = {
    "ESIA-007004": Declined,
    "ESIA-007007": EsiaDown,
    "ESIA-007008": EsiaDown,
    "ESIA-007055": NotConfirmed,
    "access_denied": Declined,
    "server_error": EsiaDown,
    "temporarily_unavailable": EsiaDown,
}


def fault_of(reason: str) -> EsiaFault:
    """The fault that a browser brings back instead of a code: a code of ЕСИА's (its protocol,
    1.6) or an error of OAuth (RFC 6749 section 4.1.2.1)."""
    return _BY_REASON.get(reason, EsiaRefused)(reason)
