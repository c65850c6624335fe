"""The harness of `pages` is a browser to the registry, though it comes without its proxy."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from benchmarks.pages import browser


class Shop(BaseHTTPRequestHandler):
    """It gives a cookie as production does, and says which ones were brought."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Set-Cookie", "__Host-token=1; Path=/; Secure; HttpOnly; SameSite=lax")
        self.end_headers()
        self.wfile.write(self.headers.get("cookie", "").encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_secure_cookies_come_back_beside_those_of_the_session() -> None:
    with HTTPServer(("127.0.0.1", 0), Shop) as shop:
        serving = threading.Thread(target=shop.serve_forever)
        serving.start()
        with browser(f"http://127.0.0.1:{shop.server_port}", {"__Host-session": "a"}) as client:
            brought = [sorted(client.get("/").text.split("; ")) for _ in range(2)]
        shop.shutdown()
        serving.join()
    assert brought == [["__Host-session=a"], ["__Host-session=a", "__Host-token=1"]]
