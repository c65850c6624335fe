"""Passwords by which the programs of the stand know each other: made at first start, kept."""

import os
import secrets
from pathlib import Path


def keep_password(file: Path) -> str:
    """The password that this file holds, for its owner only; made where there is none."""
    if file.exists() and (kept := file.read_text(encoding="ascii").strip()):
        return kept
    made = secrets.token_urlsafe(32)
    file.parent.mkdir(parents=True, exist_ok=True)
    making = file.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(made)
    making.replace(file)
    return made
