"""Serving (配信): the preview's page and the filled boards, on loopback only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from deploy.observability import reading
from deploy.observability.preview.asking import Prometheus, Unanswered
from deploy.observability.preview.filling import Look, filled

HOST = "127.0.0.1"
PAGE = Path(__file__).resolve().parent / "page"
_KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FILES = {f"/{path.relative_to(PAGE).as_posix()}": path for path in PAGE.rglob("*") if path.suffix in _KINDS}


@contextmanager
def served(prometheus: Prometheus, look: Look, port: int = 0) -> Iterator[str]:
    """Serve until the context ends; gives the address. Port 0 takes a free one. Raises OSError when the port is taken."""
    boards = {shown["uid"]: shown for shown in map(reading.board, reading.files())}

    class Handler(_Handler):
        """Of these boards."""

        def filled(self, uid: str) -> dict[str, Any]:
            """One board with its values."""
            return filled(boards[uid], prometheus, look)

        def listed(self) -> list[dict[str, str]]:
            """All boards."""
            return [{"uid": uid, "title": board["title"]} for uid, board in boards.items()]

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A file of the page, the list of boards, or one board with its values."""
        path = self.path.partition("?")[0]
        if path == "/boards":
            self._json(self.listed())
        elif path.startswith("/boards/"):
            self._board(path.removeprefix("/boards/"))
        elif file := _FILES.get("/index.html" if path == "/" else path):
            self._send(HTTPStatus.OK, file.read_bytes(), _KINDS[file.suffix])
        else:
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def _board(self, uid: str) -> None:
        try:
            self._json(self.filled(uid))
        except KeyError:
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")
        except Unanswered as problem:
            self._send(HTTPStatus.BAD_GATEWAY, str(problem).encode(), "text/plain; charset=utf-8")

    def _json(self, found: object) -> None:
        self._send(HTTPStatus.OK, json.dumps(found, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
