"""A server on this machine that answers as the servers of publishers do, well and badly."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (400, 600), colour: Any = "teal", mode: str = "RGB", **saving: Any
) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, colour).save(content, kind, **saving)
    return content.getvalue()


class PictureServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.at_a_time: list[int] = []
        self.now = 0
        self.lock = threading.Lock()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def show(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        """Answer so at this path."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            etag = headers.get("ETag")
            if etag and request.headers.get("If-None-Match") == etag:
                request.send_response(304)
                request.end_headers()
                return
            request.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(body)

        self.answers[path] = answer
        return self.url(path)


class Handler(BaseHTTPRequestHandler):
    server: PictureServer

    def do_GET(self) -> None:
        server = self.server
        with server.lock:
            server.asked.append((self.path, dict(self.headers)))
            server.now += 1
            server.at_a_time.append(server.now)
        try:
            server.answers[self.path](self)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the shop has hung up
        finally:
            with server.lock:
                server.now -= 1

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def picture_server() -> Iterator[PictureServer]:
    server = PictureServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
