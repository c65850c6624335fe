"""Static files with the hash of their content in the address, read once and kept in memory."""

import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_URL = re.compile(r"url\(([^)'\"]+)\)")
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: `squeezed` is its gzip, or None where that would save nothing."""

    name: str
    body: bytes
    squeezed: bytes | None
    media_type: str
    digest: str

    @property
    def hashed_name(self) -> str:
        """`fonts/a.woff2` → `fonts/a.3f9c01d2a4.woff2`."""
        stem, dot, suffix = self.name.rpartition(".")
        return f"{stem}.{self.digest}{dot}{suffix}"


class Shelf:
    """The static files of one application.

    `bundles` maps the name of a file to the files it is made of, in order; `url(…)` inside a style
    sheet names another file of the shelf and is replaced by its hashed address.
    """

    def __init__(
        self,
        prefix: str,
        files: Mapping[str, Path],
        bundles: Mapping[str, Iterable[Path]],
    ) -> None:
        self._prefix = prefix.rstrip("/")
        self._assets: dict[str, Asset] = {}
        for name, path in files.items():
            self._put(name, path.read_bytes())
        for name, parts in bundles.items():
            text = "\n".join(part.read_text(encoding="utf-8") for part in parts)
            self._put(name, _URL.sub(self._address_in_css, text).encode())

    def url(self, name: str) -> str:
        """The address of `name`, different for every content. Refuses an unknown name."""
        return f"{self._prefix}/{self._assets[name].hashed_name}"

    def find(self, requested: str) -> tuple[Asset, str] | None:
        """The asset behind a requested name and its Cache-Control, or None.

        An address with another hash (a page of the previous version is still open somewhere)
        gets the present content, not to be kept.
        """
        requested = requested.lstrip("/")
        stem, _, suffix = requested.rpartition(".")
        plain, _, digest = stem.rpartition(".")
        asset = self._assets.get(f"{plain}.{suffix}")
        if asset is not None:
            return asset, FOREVER if digest == asset.digest else ASK_AGAIN
        asset = self._assets.get(requested)
        return None if asset is None else (asset, ASK_AGAIN)

    def _put(self, name: str, body: bytes) -> None:
        squeezed = gzip.compress(body, compresslevel=9, mtime=0)
        self._assets[name] = Asset(
            name=name,
            body=body,
            squeezed=squeezed if len(squeezed) < len(body) * 0.9 else None,
            media_type=_TYPES[Path(name).suffix],
            digest=hashlib.sha256(body).hexdigest()[:10],
        )

    def _address_in_css(self, match: re.Match[str]) -> str:
        return f"url({self.url(match[1])})"


def look_files(folder: Path) -> dict[str, Path]:
    """The files of the shared look that are addressed one by one: fonts and the script."""
    fonts = {f"fonts/{path.name}": path for path in sorted((folder / "fonts").glob("*.woff2"))}
    return {**fonts, "look.js": folder / "look.js"}
