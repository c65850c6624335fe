"""`python -m benchmarks ADDRESS`: server time and bytes of a running portal's public pages."""

import re
import statistics
import sys
from urllib.parse import urljoin

import httpx

ROUNDS = 200
WARM_UP = 10
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
FONT = re.compile(r"url\(([^)]+\.woff2[^)]*)\)")


def server_ms(answer: httpx.Response) -> float:
    """Milliseconds from the application's own `Server-Timing` header."""
    told = re.search(r"app;dur=([\d.]+)", answer.headers["server-timing"])
    if told is None:
        raise ValueError(f"{answer.url} tells no server time")
    return float(told[1])


def measure(client: httpx.Client, name: str, path: str) -> None:
    """The median and the ninety-ninth of a hundred, over `ROUNDS` requests one after another."""
    took = [server_ms(client.get(path)) for _ in range(ROUNDS + WARM_UP)][WARM_UP:]
    took.sort()
    print(f"{name:<22} {statistics.median(took):>8.1f} {took[int(len(took) * 0.99)]:>8.1f}")


def first(client: httpx.Client, path: str, link: str) -> str:
    """The first link of a page that looks like `link`."""
    found = re.search(rf'href="({link}[^"]*)"', client.get(path).text)
    if found is None:
        raise LookupError(f"no {link} on {path}")
    return found[1].replace("&amp;", "&")


def bytes_of(client: httpx.Client, address: str) -> int:
    """Bytes of the body as they go over the wire, compressed if the server does so."""
    with client.stream("GET", address) as answer:
        return sum(len(part) for part in answer.iter_raw())


def first_load(client: httpx.Client) -> int:
    """Everything a browser fetches for the home page: page, styles, scripts, Cyrillic and Latin."""
    page = client.get("/").text
    wanted = {*ASSET.findall(page)}
    for style in [it for it in wanted if ".css" in it]:
        fonts = FONT.findall(client.get(style).text)
        wanted |= {urljoin(style, it.strip("'\"")) for it in fonts if "cyrillic-ext" not in it}
    return bytes_of(client, "/") + sum(bytes_of(client, address) for address in wanted)


def main(address: str) -> None:
    """Measure a portal that runs at `address`."""
    with httpx.Client(base_url=address, trust_env=False, timeout=10) as client:
        child = first(client, "/clinics?q=детская", "/clinics/")
        doctors = first(client, child, child + "/")
        times = first(client, doctors, "/doctors/")
        print(f"{'page':<22} {'median':>8} {'p99':>8}  ms of server time, {ROUNDS} requests")
        for name, path in (
            ("home", "/"),
            ("clinics", "/clinics"),
            ("positions", child),
            ("doctors", doctors),
            ("times of a doctor", times),
        ):
            measure(client, name, path)
        print(f"first load of the home page: {first_load(client) / 1000:.1f} KB with fonts")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
