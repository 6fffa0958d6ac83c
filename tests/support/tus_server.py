"""The tus project's own server, `@tus/server` with its file store."""

from __future__ import annotations

import json
from pathlib import Path

from support.node_servers import node_command
from support.process import ServerProcess, free_port


class TusServer(ServerProcess):
    """Keeps uploads under `folder`: `<id>` holds the bytes, `<id>.json` what was said of them."""

    def __init__(
        self, folder: Path, *, max_size: int = 0, token: str = "", port: int | None = None
    ) -> None:
        port = port or free_port()
        self.folder = folder / "uploads"
        self.folder.mkdir(parents=True, exist_ok=True)
        command = node_command("tus_server.mjs", str(port), str(self.folder), str(max_size), token)
        super().__init__(command, port, folder / "tus.log")

    @property
    def url(self) -> str:
        return f"tus+http://127.0.0.1:{self.port}/files"

    def finished(self) -> list[Path]:
        """The files whose every byte arrived, by the server's own books."""
        whole = []
        for info in self.folder.glob("*.json"):
            said = json.loads(info.read_text("utf-8"))
            data = info.with_suffix("")
            if data.exists() and data.stat().st_size == said["size"]:
                whole.append(data)
        return whole
