"""The portal's own consent: a document of its own, with a version and the hash of its text."""

import hashlib
from dataclasses import dataclass
from importlib import resources

DOCUMENT = "portal"
VERSION = "2026-12-01"


@dataclass(frozen=True)
class ConsentText:
    """One version of the document, as it stands on the page."""

    document: str
    version: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        """The text cut at its empty lines."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8, hex: proves later what was agreed to."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def key(self) -> str:
        """How a visitor's consents name it."""
        return f"{self.document} {self.version}"


def read_consent_texts() -> dict[tuple[str, str], ConsentText]:
    """Every version, by document and version: a file that was in force is never changed again."""
    folder = resources.files("registratura.portal") / "documents"
    found = {}
    for file in folder.iterdir():
        version = file.name.removeprefix("consent-").removesuffix(".txt")
        found[DOCUMENT, version] = ConsentText(DOCUMENT, version, file.read_text(encoding="utf-8"))
    return found


TEXTS = read_consent_texts()
CURRENT = TEXTS[DOCUMENT, VERSION]
"""The version in force; a new one asks everybody again."""


def find_text(document: str, version: str, text_sha256: str) -> ConsentText | None:
    """The very text that was agreed to, or None where no file has this hash."""
    text = TEXTS.get((document, version))
    return text if text is not None and text.sha256 == text_sha256 else None
