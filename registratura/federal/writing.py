"""The wire out: exact elements in the default namespace, nothing empty, no XML declaration.

`element` makes one from its parts; a part that is None, or text of blanks only, is left out. The
shared types of the profile are in `pieces`.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from registratura.federal.faults import SoapFault
from registratura.federal.wire import ER, SOAP

Element = etree._Element
_DEFAULT: dict[str, str] = {None: ER}  # type: ignore[dict-item]  # the stubs know no default
Part = Element | str | int | None
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, *parts: Part | Iterable[Element]) -> Element | None:
    """An element of the profile with these parts in this order; None where nothing is left."""
    made = etree.Element(f"{{{ER}}}{name}", nsmap=_DEFAULT)
    for part in parts:
        if part is None:
            continue
        if isinstance(part, str | int):
            made.text = _clean(str(part)) or None
        elif isinstance(part, Element):
            made.append(part)
        else:
            made.extend(part)
    return made if made.text or len(made) else None


def needed(name: str, *parts: Part | Iterable[Element]) -> Element:
    """The same, kept where it is empty: `Book_Id_Mis` and `Comment` may be (sheet, 4.7, 4.8)."""
    made = element(name, *parts)
    return etree.Element(f"{{{ER}}}{name}", nsmap=_DEFAULT) if made is None else made


def envelope(content: Element) -> bytes:
    """The whole answer. `soap:` on the envelope and the default namespace within: clients search
    for these very letters (sheet, section 2)."""
    made = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(made, f"{{{SOAP}}}Header")
    etree.SubElement(made, f"{{{SOAP}}}Body").append(content)
    return etree.tostring(made, encoding="utf-8")


def fault(it: SoapFault) -> bytes:
    """A SOAP Fault: its parts stand in no namespace (SOAP 1.1, section 4.4)."""
    made = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
    for name, text in (("faultcode", it.code), ("faultstring", it.words)):
        etree.SubElement(made, name).text = text
    return envelope(made)


def moment(at: datetime, zone: str) -> str:
    """`2027-02-01T08:20:00+03:00`: the clinic's own zone, no fraction, never `Z` (section 3)."""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def day(on: date) -> str:
    """`2027-02-01`."""
    return on.isoformat()


def _clean(text: str) -> str:
    """Single blanks; what XML cannot hold is left out."""
    return " ".join(_NOT_XML.sub("", text).split())
