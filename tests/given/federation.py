"""The federal side of the push: a small real HTTP server that keeps what it is told."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from registratura.federal.wire import ER, SOAP

_ANSWER = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header/>'
    '<soap:Body><UpdateAppointmentStatusResponse xmlns="http://www.rt-eu.ru/med/er/v2_0">'
    "<Book_Id_Mis>1</Book_Id_Mis><Status_Code>{code}</Status_Code><Comment>{comment}</Comment>"
    "</UpdateAppointmentStatusResponse></soap:Body></soap:Envelope>"
)
FAULT = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    "<faultcode>s:Server</faultcode><faultstring>занят</faultstring></s:Fault></s:Body></s:Envelope>"
)


def answer(code: str = "SUCCESS", comment: str = "") -> tuple[int, bytes]:
    """The stand-in's way to answer a status."""
    return 200, _ANSWER.format(code=code, comment=comment).encode()


@dataclass(frozen=True)
class Told:
    """A request as it came. Paths are local names, `Book_Data/Source_Code`."""

    headers: dict[str, str]
    raw: bytes
    root: Any

    def text(self, path: str) -> str:
        """The text of that element; empty where there is none."""
        return self.root.findtext("/".join(f"{{{ER}}}{it}" for it in path.split("/"))) or ""

    @property
    def brief(self) -> tuple[str, str]:
        """The booking's number and its status."""
        return self.text("Book_Id_Mis"), self.text("Status")


class Federation:
    """What was told, the answers that come instead of SUCCESS, and a gate that may be shut."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.answers: deque[tuple[int, bytes]] = deque()
        self.always: tuple[int, bytes] | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.lines: list[dict[str, str]] | None = None  # None: what was told
        self.asked: list[dict[str, list[str]]] = []
        self.list_headers: dict[str, str] = {}  # of the last who asked for the list
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def briefs(self) -> list[tuple[str, str]]:
        """Numbers and statuses in the order in which they came."""
        return [it.brief for it in self.told]

    def stop(self) -> None:
        """Close the socket: from now on there is no connection. Twice is no fault."""
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, headers: dict[str, str], raw: bytes) -> tuple[int, bytes]:
        """A request of the region, and the answer to it."""
        self.gate.wait(30)
        content = etree.fromstring(raw).find(f"{{{SOAP}}}Body")
        assert content is not None
        self.told.append(Told(headers, raw, content[0]))
        return self.answers.popleft() if self.answers else self.always or answer()

    def list(self, query: dict[str, list[str]]) -> bytes:
        """The last status of each booking, a line each."""
        self.asked.append(query)
        last = {it.text("Book_Id_Mis"): it for it in self.told}.values()
        lines = self.lines
        if lines is None:
            names = ("Book_Id_Mis", "Status", "Visit_Time")
            lines = [{name: it.text(name) for name in names} for it in last]
        return "".join(json.dumps(it) + "\n" for it in lines).encode()


def _handler(federation: Federation) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): text for name, text in self.headers.items()}
            self._send(*federation.take(headers, raw))

        def do_GET(self) -> None:
            federation.list_headers = {name.lower(): it for name, it in self.headers.items()}
            self._send(200, federation.list(parse_qs(urlsplit(self.path).query)))

        def _send(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the region has not waited

        def log_message(self, *_: object) -> None:
            pass

    return Handler
