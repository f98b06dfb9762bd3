"""The one exception of reading: a whole file is refused by a code of the registry."""

from __future__ import annotations


class FileRefused(Exception):
    """A file or batch is refused whole; `code` is in the registry, `params` are safe to show."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
