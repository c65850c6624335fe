"""A browser without scripts: keeps cookies, reads forms from pages and sends them."""

from html.parser import HTMLParser
from typing import Any

import httpx

PASSWORD = "Registratura-40"


class Page(HTMLParser):
    """Forms, links and text of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], dict[str, str]]] = []
        self.links: list[str] = []
        self.ids: dict[str, dict[str, str]] = {}
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = {name: value or "" for name, value in attrs}
        self.links += [fields[name] for name in ("href", "src") if name in fields]
        if "id" in fields:
            self.ids[fields["id"]] = {"tag": tag, **fields}
        if tag == "form":
            self.forms.append((fields, {}))
        if tag == "input" and self.forms and (fields.get("type") != "radio"):
            self.forms[-1][1][fields["name"]] = fields.get("value", "")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        """Everything a person reads, in one line."""
        return " ".join(word for word in self.words if word)


class Browser(httpx.AsyncClient):
    """Follows redirects inside ЕСИА by hand: where it leads is what the tests look at."""

    async def send_form(self, page: httpx.Response, action: str, **typed: str) -> httpx.Response:
        """Send the page's form that leads to `action`, its hidden fields included."""
        forms = Page(page.text).forms
        fields = next(inputs for form, inputs in forms if form["action"] == action)
        return await self.post(action, data={**fields, **typed})

    async def sign_in(self, login: str, password: str = PASSWORD, ask: str = "") -> httpx.Response:
        """Type login and password; the answer to the form."""
        form = await self.get("/login", params={"ask": ask} if ask else {})
        return await self.send_form(form, "/login", login=login, password=password)

    async def grant(self, consent_path: str, grant: str = "1") -> httpx.Response:
        """Press a button of the consent page."""
        form = await self.get(consent_path)
        return await self.send_form(form, "/consent", grant=grant)

    async def sign_on(self, url: str, login: str, **_: Any) -> httpx.Response:
        """Walk from the portal's link to the answer that leads back to it, consent included."""
        answer = await self.get(url)
        if answer.headers.get("location", "").startswith("/login?ask="):
            ask = answer.headers["location"].partition("=")[2]
            answer = await self.sign_in(login, ask=ask)
        if answer.headers.get("location", "").startswith("/consent?ask="):
            answer = await self.grant(answer.headers["location"])
        return answer
