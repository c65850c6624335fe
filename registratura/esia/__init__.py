"""Sign-on by ЕСИА, the client's side: authorise, exchange, verify, profile."""

from registratura.esia.client import Esia, open_esia
from registratura.esia.faults import EsiaDown, EsiaFault, EsiaRefused, NotConfirmed

__all__ = ["Esia", "EsiaDown", "EsiaFault", "EsiaRefused", "NotConfirmed", "open_esia"]
