"""The portal's own consent: a document of its own, with a version and the hash of its text."""

import hashlib
from dataclasses import dataclass
from importlib import resources

DOCUMENT = "portal"
VERSION = "2026-11"


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


def read_consent_text() -> ConsentText:
    """The version in force. Every version stays in its file; a new one asks everybody again."""
    folder = resources.files("registratura.portal") / "documents"
    text = (folder / f"consent-{VERSION}.txt").read_text(encoding="utf-8")
    return ConsentText(DOCUMENT, VERSION, text)


CURRENT = read_consent_text()
