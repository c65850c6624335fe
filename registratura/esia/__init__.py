"""Sign-on by ЕСИА or by a gateway that stands for it: start, believe, read who came."""

from registratura.esia.answer import Answer, Child
from registratura.esia.client import Esia
from registratura.esia.faults import Declined, EsiaDown, EsiaFault, EsiaRefused, NotConfirmed
from registratura.esia.oidc import Oidc
from registratura.esia.sign_on import SignOn, check_sign_on, open_sign_on

__all__ = [
    "Answer",
    "Child",
    "Declined",
    "Esia",
    "EsiaDown",
    "EsiaFault",
    "EsiaRefused",
    "NotConfirmed",
    "Oidc",
    "SignOn",
    "check_sign_on",
    "open_sign_on",
]
