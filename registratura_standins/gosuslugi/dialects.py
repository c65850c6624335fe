"""How a request is written: the same XML in the ways of known clients, all of them lawful."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from lxml import etree

from registratura_standins.gosuslugi.requests import Asked, Node
from registratura_standins.gosuslugi.soap import ER, SOAP

Dialect = Literal["plain", "prefixed", "bom", "signed", "shuffled"]
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_WSA = "http://www.w3.org/2005/08/addressing"


@dataclass(frozen=True)
class Letter:
    """What goes over the wire."""

    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Manner:
    """One way of writing. `action` is SOAPAction with {} for the operation; None sends none."""

    prefix: str | None
    action: str | None
    media_type: str | None
    finish: Callable[[etree._Element], bytes]


def write(asked: Asked, dialect: Dialect = "plain") -> Letter:
    """The envelope of a request, with its headers."""
    manner = _MANNERS[dialect]
    prefixes = {"soapenv": SOAP, **({manner.prefix: ER} if manner.prefix else {})}
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=prefixes)
    etree.SubElement(envelope, f"{{{SOAP}}}Header")
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    # Without a prefix of its own the namespace becomes the default one.
    own: Any = {} if manner.prefix else {None: ER}
    root = etree.SubElement(body, f"{{{ER}}}{asked.operation}Request", nsmap=own)
    _add(root, asked.children)
    headers = {}
    if manner.action is not None:
        headers["SOAPAction"] = manner.action.format(asked.operation)
    if manner.media_type is not None:
        headers["Content-Type"] = manner.media_type
    return Letter(manner.finish(envelope), headers)


def _add(parent: etree._Element, children: Sequence[Node]) -> None:
    for name, content in children:
        if isinstance(content, str) and content:
            # What a person typed may hold signs that XML has none for.
            text = "".join(sign for sign in content if sign.isprintable())
            etree.SubElement(parent, f"{{{ER}}}{name}").text = text
        elif content and not isinstance(content, str):
            child = etree.SubElement(parent, f"{{{ER}}}{name}")
            _add(child, content)
            if not len(child):
                parent.remove(child)


def _plain(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def _with_bom(envelope: etree._Element) -> bytes:
    """A byte order mark, single quotes, comments, blanks around every value."""
    body = envelope[-1]
    body.insert(0, etree.Comment(" request "))
    for element in body.iter(tag=etree.Element):
        if not len(element) and element.text:
            element.text = f"\n  {element.text}\n  "
    text = etree.tostring(envelope, encoding="unicode")
    prolog = "<?xml version='1.0' encoding='UTF-8'?>\n<!-- federal portal -->\n"
    return b"\xef\xbb\xbf" + (prolog + text).encode()


def _signed(envelope: etree._Element) -> bytes:
    """The header blocks of production's signed requests; what is in them is no signature."""
    header, body = envelope[0], envelope[-1]
    security = etree.SubElement(header, f"{{{_WSSE}}}Security", nsmap={"wsse": _WSSE})
    security.set(f"{{{SOAP}}}actor", "http://smev.gosuslugi.ru/actors/smev")
    etree.SubElement(security, f"{{{_WSSE}}}BinarySecurityToken").text = "dHJhaW5pbmcgc3RhbmQ="
    message = etree.SubElement(header, f"{{{_WSA}}}MessageID", nsmap={"wsa": _WSA})
    message.text = f"urn:uuid:{uuid4()}"
    body.set(f"{{{_WSU}}}Id", "body")
    return etree.tostring(envelope, encoding="utf-8")


def _shuffled(envelope: etree._Element) -> bytes:
    """Children the other way round, and what is not known said by xsi:nil."""
    body = envelope[-1]
    for parent in [it for it in body[0].iter(tag=etree.Element) if len(it)]:
        for child in list(parent):
            parent.insert(0, child)
    for who in body.iter(f"{{{ER}}}Patient_Data"):
        etree.SubElement(who, f"{{{ER}}}OMS_Series").set(f"{{{_XSI}}}nil", "true")
    return etree.tostring(envelope, encoding="utf-8")


_MANNERS: dict[Dialect, _Manner] = {
    "plain": _Manner(None, '"{}"', "text/xml; charset=utf-8", _plain),
    "prefixed": _Manner("v2", "{}Request", "application/xml", _plain),
    "bom": _Manner(None, None, None, _with_bom),
    "signed": _Manner(None, "{}", "text/xml", _signed),
    "shuffled": _Manner("ns2", '"{}"', "application/soap+xml", _shuffled),
}
DIALECTS = tuple(_MANNERS)
