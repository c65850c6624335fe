"""`pages`: server time of the portal's pages and bytes of the first and of a repeated visit.

`p50_ms` is the median of the pages' medians, `p99_ms` the ninety-ninth of the slowest page.
"""

import re
import statistics
from collections.abc import Iterator, Mapping
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
        asked = {
            "home": ("/", {}),
            "clinics": ("/clinics", {}),
            "doctors": (f"/clinics/{wish.department}/{wish.position}", {}),
            "times": (f"/doctors/{wish.post}", {}),
            "cabinet": ("/appointments", cookies),
            "own data": ("/profile", cookies),
        }
        took = {name: _medians(address, *it) for name, it in asked.items()}
        with browser(address) as new:
            sizes = dict(_sizes(new))
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


def browser(address: str, cookies: Mapping[str, str] | None = None) -> httpx.Client:
    """It sends back what it is given. Here the registry is asked without the proxy that has its
    certificate, and its cookies are `Secure`: they go over plain HTTP too."""
    client = httpx.Client(base_url=address, trust_env=False, timeout=10)

    def send_back(_: httpx.Response) -> None:
        for cookie in client.cookies.jar:
            cookie.secure = False

    client.event_hooks = {"response": [send_back]}
    for name, it in (cookies or {}).items():
        client.cookies.set(name, it, domain=client.base_url.host)
    return client


def _medians(address: str, path: str, cookies: Mapping[str, str]) -> tuple[float, float]:
    """The median and the ninety-ninth of a hundred. Raises where a page is not there."""
    took = []
    with browser(address, cookies) as client:
        for _ in range(ROUNDS + WARM_UP):
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            took.append(server_ms(answer))
    took = sorted(took[WARM_UP:])
    return statistics.median(took), took[int(len(took) * 0.99)]


def _sizes(client: httpx.Client) -> Iterator[tuple[str, int]]:
    """What a new browser fetches for the home page at first, and what again: all that is not kept.

    Again: the browser has its form's token, which the first page of all brings.
    """
    first = _bytes(client, "/")
    wanted = {*ASSET.findall(client.get("/").text)}
    for style in [it for it in wanted if ".css" in it]:
        fonts = FONT.findall(client.get(style).text)
        wanted |= {urljoin(style, it.strip("'\"")) for it in fonts if _UNLIKE not in it}
    yield "first_visit_bytes", first + sum(_bytes(client, it) for it in wanted)
    stale = [it for it in wanted if "immutable" not in client.head(it).headers["cache-control"]]
    yield "repeat_visit_bytes", sum(_bytes(client, it, again=True) for it in ("/", *stale))


def _bytes(client: httpx.Client, address: str, *, again: bool = False) -> int:
    """Bytes of the answer as they go over the wire: its headers, and the body, compressed if the
    server does so. `again`: to who says that he has it."""
    tag = client.head(address).headers.get("etag", "") if again else ""
    with client.stream("GET", address, headers={"If-None-Match": tag} if tag else {}) as answer:
        head = sum(len(name) + len(text) + len(": \r\n") for name, text in answer.headers.raw)
        return head + sum(len(part) for part in answer.iter_raw())
