"""The wire in: bytes of an envelope → plain nodes; hardened, and as tolerant as callers are odd.

Of XML only elements and text come through. A DTD is refused where it begins, so no entity is ever
declared; comments, processing instructions and attributes are passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from registratura.federal.faults import SenderFault, VersionMismatch

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ER = "http://www.rt-eu.ru/med/er/v2_0"
_SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"
_OTHER_PROFILES = ("http://www.rt-eu.ru/med/er", "http://www.rt-eu.ru/med/hc")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_DEEPEST = 32  # elements within each other
# Cyrillic letters that stand in real tags and codes for Latin ones (sheet, section 1, 10).
_LOOK_ALIKES = str.maketrans("авекмнорстх", "abekmhopctx")


@dataclass
class Node:
    """An element: its folded name, its namespace, its text, its children in their order."""

    name: str
    tag: str
    namespace: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """No text, no children: the same as absent."""
        return not self.text and not self.children

    def all(self, tag: str) -> Iterator["Node"]:
        """Its children of that name that are not empty."""
        wanted = fold(tag)
        return (child for child in self.children if child.name == wanted and not child.is_empty)

    def find(self, tag: str) -> "Node | None":
        """The first of them."""
        return next(self.all(tag), None)


@dataclass(frozen=True)
class Message:
    """A request as it came: what was asked, and the caller's own id of the message."""

    root: Node
    message_id: str | None


def fold(name: str) -> str:
    """A name for comparison: case, underscores and look-alike letters do not matter."""
    return name.lower().replace("_", "").translate(_LOOK_ALIKES)


def fold_code(code: str) -> str:
    """A value of a code list: upper case, Latin look-alikes."""
    return code.lower().translate(_LOOK_ALIKES).upper()


def read_message(body: bytes) -> Message:
    """The first element of the Body of a SOAP 1.1 envelope.

    Refuses with `SenderFault` what is not XML, has a DTD, is too deep or no envelope, and what
    speaks another profile; with `VersionMismatch` SOAP 1.2.
    """
    envelope = _parse(body)
    if envelope.namespace == _SOAP_1_2:
        raise VersionMismatch()
    if envelope.tag != "Envelope" or envelope.namespace != SOAP:
        raise SenderFault("Ожидается конверт SOAP 1.1.")
    content = next((it for it in envelope.children if it.tag == "Body"), None)
    if content is None or not content.children:
        raise SenderFault("В конверте SOAP нет тела.")
    root = content.children[0]
    if root.namespace.rstrip("/") in _OTHER_PROFILES:
        raise SenderFault(f"Этот адрес говорит на профиле 3.0.1, пространство имён {ER}.")
    return Message(root, _find_message_id(envelope))


def _find_message_id(envelope: Node) -> str | None:
    header = next((it for it in envelope.children if it.tag == "Header"), None)
    told = header.find("MessageID") if header is not None else None
    return told.text if told is not None else None


def _parse(body: bytes) -> Node:
    parser = etree.XMLParser(
        target=_Nodes(),  # type: ignore[arg-type]  # a target need not hear of comments
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        root: Node | None = etree.fromstring(body.lstrip(), parser)  # type: ignore[assignment]
    except etree.XMLSyntaxError:
        raise SenderFault("Запрос не является правильным XML.") from None
    except (LookupError, ValueError):
        raise SenderFault("Кодировка запроса неизвестна.") from None
    if root is None:
        raise SenderFault("Запрос пуст.")
    return root


class _Nodes:
    """What the parser tells of the document, made into nodes; it raises at what is not let in."""

    def __init__(self) -> None:
        self._open: list[tuple[Node, list[str], bool]] = []
        self._root: Node | None = None

    def doctype(self, *_: object) -> None:
        raise SenderFault("Определение типа документа (DTD) в запросе не допускается.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) == _DEEPEST:
            raise SenderFault(f"Элементы вложены глубже {_DEEPEST}.")
        namespace, _, local = tag.rpartition("}")
        node = Node(fold(local), local, namespace.lstrip("{"))
        if self._open:
            self._open[-1][0].children.append(node)
        is_nil = attributes.get(_NIL, "").strip() in ("true", "1")
        self._open.append((node, [], is_nil))

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1][1].append(text)

    def end(self, _: str) -> None:
        node, parts, is_nil = self._open.pop()
        if is_nil:
            node.children.clear()
        elif not node.children:  # stray text among elements means nothing
            node.text = " ".join("".join(parts).split())
        if not self._open:
            self._root = node

    def close(self) -> Node | None:
        return self._root  # called after a fault too: one raised here would hide it
