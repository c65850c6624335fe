"""What we publish of ourselves: the WSDL with the schema within, and the schema as a file too."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from lxml import etree

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"


@cache
def schema() -> bytes:
    """The schema of the nine operations."""
    return (_here() / "schema" / "er-schema.xsd").read_bytes()


@cache
def wsdl(address: str) -> bytes:
    """The WSDL of the gateway that answers at `address`."""
    parser = etree.XMLParser(remove_comments=True)
    definitions = etree.fromstring((_here() / "er.wsdl").read_bytes(), parser)
    types, place = definitions.find(f"{_WSDL}types"), next(definitions.iter(_ADDRESS))
    if types is not None:
        types.append(etree.fromstring(schema(), parser))
    place.set("location", address)
    return etree.tostring(definitions, encoding="utf-8", xml_declaration=True)


def _here() -> Traversable:
    return resources.files("registratura.federal")
