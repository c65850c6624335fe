"""SOAP 1.1 envelopes of the federal registry: safe parsing, and a Fault."""

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ER = "http://www.rt-eu.ru/med/er/v2_0"
LARGEST = 1024 * 1024  # bytes of an envelope that is read
DEEPEST = 32


class NotSoap(Exception):
    """What came is no envelope of SOAP 1.1; `reason` holds nothing of its content."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Fault(Exception):
    """The other side's Fault; its words are not for patients."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        self.words = words
        super().__init__(code)


def parse_body(content: bytes) -> etree._Element:
    """The first element of the Body. Refuses with `NotSoap`, or with the `Fault` that it holds.

    No DTD, no entities, no network; size and depth are bounded.
    """
    envelope = _parse(content)
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise NotSoap("not an envelope of SOAP 1.1")
    body = envelope.find(f"{{{SOAP}}}Body")
    first = None if body is None else next(body.iterchildren(tag=etree.Element), None)
    if first is None:
        raise NotSoap("nothing in the body")
    if first.tag == f"{{{SOAP}}}Fault":
        raise Fault(_text(first, "faultcode"), _text(first, "faultstring"))
    return first


def make_envelope(content: etree._Element) -> bytes:
    """`content` in an envelope as the profile's answers have it: prefix `soap`, no declaration."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(envelope, f"{{{SOAP}}}Header")
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    return etree.tostring(envelope, encoding="utf-8")


def make_fault(code: str, words: str) -> bytes:
    """A Fault: `code` is `Client` or `Server`."""
    fault = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
    etree.SubElement(fault, "faultcode").text = f"soap:{code}"
    etree.SubElement(fault, "faultstring").text = words
    return make_envelope(fault)


def _parse(content: bytes) -> etree._Element:
    if len(content) > LARGEST:
        raise NotSoap("too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise NotSoap("not XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotSoap("a DTD")
    if _depth(root) > DEEPEST:
        raise NotSoap("too deep")
    return root


def _depth(root: etree._Element) -> int:
    deepest = level = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()[:300]
