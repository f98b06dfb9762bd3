"""Static files for test browsers: every browser builds the middleware anew, but the files are looked for once."""

from __future__ import annotations

from typing import Any, ClassVar

from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

REAL = "whitenoise.middleware.WhiteNoiseMiddleware"


class FoundOnce(WhiteNoiseMiddleware):  # type: ignore[misc]  # ships no types
    """The site's own middleware; what it finds in the apps is the same all day."""

    _found: ClassVar[dict[str, Any]] = {}

    def add_files_from_finders(self) -> None:
        """Look in the apps' folders at the first time only."""
        if not self._found:
            super().add_files_from_finders()
            self._found.update(self.files)
        self.files.update(self._found)
