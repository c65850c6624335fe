"""Where `next` and `back` may lead: to this site, and nowhere else."""

import pytest

from registratura.web.paths import path_of, safe_path

OURS = ["/", "/check?slot=1&patient=2", "/profile#relatives", "/clinics?q=%D0%B4", "/a//b", "/@a"]
FOREIGN = [
    "//evil.example",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/a\\..\\b",
    "http:evil.example",
    "http://evil.example/",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "",
    " /clinics",
    "/clinics ",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\x00",
    "/ё",
    "/\u2028",
    "/" + "a" * 501,
    None,
    7,
]


@pytest.mark.parametrize("path", OURS)
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert safe_path(path, "/home") == path


@pytest.mark.parametrize("path", FOREIGN)
def test_anything_else_leads_home(path: object) -> None:
    assert safe_path(path, "/home") == "/home"


@pytest.mark.parametrize(
    ("referer", "path"),
    [
        ("http://127.0.0.1:8000/check?slot=1", "/check?slot=1"),
        ("http://127.0.0.1:8000", "/"),
        ("http://127.0.0.1:80001/check", "/"),
        ("http://127.0.0.1:8000//evil.example", "/"),
        ("http://evil.example/http://127.0.0.1:8000/check", "/"),
        (None, "/"),
    ],
)
def test_the_page_before_counts_only_if_it_was_ours(referer: str | None, path: str) -> None:
    assert path_of(referer, "http://127.0.0.1:8000") == path
