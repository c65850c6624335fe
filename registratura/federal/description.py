"""What we publish of ourselves: the WSDL with the schema within, and the schema as a file too."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from xml.sax.saxutils import quoteattr

_TYPES = b"<wsdl:types/>"
_ADDRESS = b'location=""'


@cache
def schema() -> bytes:
    """The schema of the nine operations."""
    return (_here() / "schema" / "er-schema.xsd").read_bytes()


@cache
def wsdl(address: str) -> bytes:
    """The WSDL of the gateway that answers at `address`.

    The schema is put in as it is written: moved as a tree it would lose the declarations of those
    prefixes that only its attributes' values use.
    """
    whole = schema().partition(b"?>")[2].strip()
    location = f"location={quoteattr(address)}".encode()
    described = (_here() / "er.wsdl").read_bytes()
    return described.replace(_TYPES, b"<wsdl:types>" + whole + b"</wsdl:types>").replace(
        _ADDRESS, location
    )


def _here() -> Traversable:
    return resources.files("registratura.federal")
