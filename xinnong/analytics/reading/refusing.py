"""The one exception of reading: a whole file is refused by a code of the registry."""

from __future__ import annotations


class FileRefused(Exception):
    """A file or batch is refused whole; `code` is in the registry, `params` are safe to show.

    `missing` are the headers of required columns that are not there.
    """

    def __init__(self, code: str, *, missing: tuple[str, ...] = (), **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.missing = missing
        self.params = params
