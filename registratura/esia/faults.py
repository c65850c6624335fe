"""Why a sign-in through ЕСИА did not succeed. No text here holds a token or a person's data."""


class EsiaFault(Exception):
    """`reason` is a short word for the log, such as `ESIA-007011` or `wrong issuer`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class EsiaDown(EsiaFault):
    """ЕСИА does not answer, answers too late, or says that it is broken or overloaded."""


class EsiaRefused(EsiaFault):
    """ЕСИА said no, or said something that must not be believed."""


class NotConfirmed(EsiaFault):
    """The account is not a confirmed one: a doctor's appointment demands it."""
