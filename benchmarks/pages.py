"""`pages`: server time of the portal's pages and bytes of the first and of a repeated visit."""

import re
import statistics
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx

from benchmarks import wishes
from benchmarks.registry import running
from benchmarks.results import Result
from benchmarks.stage import Stage
from registratura.web.cookies import Cookies

ROUNDS = 100
WARM_UP = 10
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
FONT = re.compile(r"url\(([^)]+\.woff2[^)]*)\)")
_UNLIKE = "cyrillic-ext"  # letters that no page of ours has


def pages(stage: Stage, size: str) -> Result:
    """Asked one after another, so that nothing waits for anything."""
    database = stage.copy(stage.template(size), "pages")
    wishes.make(database)
    [wish] = wishes.read(database, 0, 1)
    with running(database.url, stage.var, workers=1) as serving:
        cookies = {Cookies.of(serving.settings.public_url).name("session"): wish.session_id}
        address = f"http://127.0.0.1:{serving.port}"
        with httpx.Client(base_url=address, trust_env=False, timeout=10) as client:
            asked = {
                "home": ("/", {}),
                "clinics": ("/clinics", {}),
                "doctors": (f"/clinics/{wish.department}/{wish.position}", {}),
                "times": (f"/doctors/{wish.post}", {}),
                "cabinet": ("/appointments", cookies),
                "own data": ("/profile", cookies),
            }
            took = {name: _medians(client, *it) for name, it in asked.items()}
            sizes = dict(_sizes(client))
    return Result(
        "pages",
        p50_ms=statistics.median(it[0] for it in took.values()),
        p99_ms=max(it[1] for it in took.values()),
        errors=0,
        more={
            "median_ms": {name: round(it[0], 1) for name, it in took.items()},
            "slowest_median_ms": max(it[0] for it in took.values()),
            **sizes,
        },
    )


def server_ms(answer: httpx.Response) -> float:
    """Milliseconds from the application's own `Server-Timing` header. Raises `ValueError` where
    there is none."""
    told = re.search(r"app;dur=([\d.]+)", answer.headers["server-timing"])
    if told is None:
        raise ValueError(f"{answer.url} tells no server time")
    return float(told[1])


def _medians(client: httpx.Client, path: str, cookies: dict[str, str]) -> tuple[float, float]:
    """The median and the ninety-ninth of a hundred. Raises where a page is not there."""
    brought = {"Cookie": "; ".join(f"{name}={it}" for name, it in cookies.items())}
    took = []
    for _ in range(ROUNDS + WARM_UP):
        answer = client.get(path, headers=brought if cookies else {})
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        took.append(server_ms(answer))
    took = sorted(took[WARM_UP:])
    return statistics.median(took), took[int(len(took) * 0.99)]


def _sizes(client: httpx.Client) -> Iterator[tuple[str, int]]:
    """What a browser fetches for the home page at first, and what again: all that is not kept.

    Again: in a browser that has its form's token, which the first page of all brings.
    """
    seen = client.get("/")
    wanted = {*ASSET.findall(seen.text)}
    for style in [it for it in wanted if ".css" in it]:
        fonts = FONT.findall(client.get(style).text)
        wanted |= {urljoin(style, it.strip("'\"")) for it in fonts if _UNLIKE not in it}
    yield "first_visit_bytes", sum(_bytes(client, it) for it in ("/", *wanted))
    stale = [it for it in wanted if "immutable" not in client.head(it).headers["cache-control"]]
    yield "repeat_visit_bytes", sum(_bytes(client, it, again=True) for it in ("/", *stale))


def _bytes(client: httpx.Client, address: str, *, again: bool = False) -> int:
    """Bytes of the answer as they go over the wire: its headers, and the body, compressed if the
    server does so. `again`: to who says that he has it."""
    tag = client.head(address).headers.get("etag", "") if again else ""
    with client.stream("GET", address, headers={"If-None-Match": tag} if tag else {}) as answer:
        head = sum(len(name) + len(text) + len(": \r\n") for name, text in answer.headers.raw)
        return head + sum(len(part) for part in answer.iter_raw())
