"""A credential store for tests."""

from __future__ import annotations

from keyring.errors import PasswordDeleteError


class Vault:
    """Like Windows' credential manager, stores only short secrets; this one in memory.

    The real one can't run in a test: it would write into the store of the person who runs it.
    """

    limit = 1280

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.writes = 0
        self.fails_at = 0

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.writes += 1
        if len(password) > self.limit or self.writes == self.fails_at:
            raise OSError(1783, "The stub received bad data")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")
