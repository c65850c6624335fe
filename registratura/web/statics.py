"""The static files of the registry's faces: the shared look, the kit's own, a face's own."""

from pathlib import Path

from registratura_ground import look
from registratura_ground.look.shelf import look_files

_OWN = Path(__file__).parent / "static"


def portal_shelf(portal: Path) -> look.Shelf:
    """Everything under /static: one style sheet, the script, the fonts, the mark."""
    return look.Shelf(
        "/static",
        files={
            **look_files(look.FOLDER),
            "favicon.svg": _OWN / "favicon.svg",
            **{script.name: script for script in sorted(portal.glob("*.js"))},
        },
        bundles={
            "portal.css": (
                *look.STYLES,
                _OWN / "tokens.css",
                _OWN / "app.css",
                portal / "portal.css",
            )
        },
    )
