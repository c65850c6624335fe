"""What the tests need beyond Python packages: a browser, a false clock, the GOST engine.

Installed by apt as root on Debian; the browser by its own installer elsewhere. What cannot be
had is named in one sentence: a failure with CI=true, otherwise the tests that need it are skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@dataclass(frozen=True)
class Need:
    """One program, how to see it, and the Debian packages that bring it."""

    words: str
    packages: tuple[str, ...]
    here: Callable[[], bool]


def find_browser() -> str | None:
    """A Chromium of the system, else Playwright's own, else None."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def find_faketime() -> str | None:
    """The library that shows a program another time."""
    places = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]
    places += [*Path("/usr/local/lib").glob("faketime/libfaketimeMT.so.1")]
    return str(places[0]) if places else None


def has_gost() -> bool:
    """The openssl program knows GOST R 34.10-2012."""
    if not shutil.which("openssl"):
        return False
    told = subprocess.run(["openssl", "engine", "gost"], capture_output=True, check=False)
    return told.returncode == 0


NEEDS = (
    Need("браузер Chromium", ("chromium",), lambda: find_browser() is not None),
    Need("libfaketime", ("faketime",), lambda: find_faketime() is not None),
    Need("движок ГОСТ для openssl", ("openssl", "libengine-gost-openssl"), has_gost),
)


def prepare() -> list[Need]:
    """Install what is missing; what still is."""
    missing = [need for need in NEEDS if not need.here()]
    if not missing:
        return []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _apt([name for need in missing for name in need.packages])
    elif NEEDS[0] in missing:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return [need for need in missing if not need.here()]


def _apt(packages: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", *packages]):
        subprocess.run(
            ["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL
        )


def main() -> int:
    """Exit status 2 with CI=true where something is missing."""
    missing = prepare()
    for need in missing:
        hint = f"apt-get install -y {' '.join(need.packages)}"
        print(f"Для части тестов нужен {need.words}: {hint}", file=sys.stderr)
    return 2 if missing and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
