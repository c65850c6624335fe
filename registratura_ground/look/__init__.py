"""What the pages of all three applications share: fonts, base style, low-vision settings."""

from pathlib import Path

from registratura_ground.look.shelf import Asset, Shelf
from registratura_ground.look.vision import Vision

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
# The order in which a page's style sheet begins; an application appends its own files.
STYLES = tuple(FOLDER / name for name in ("fonts.css", "tokens.css", "modes.css", "base.css"))

__all__ = ["FOLDER", "STYLES", "TEMPLATES", "Asset", "Shelf", "Vision"]
