"""A published rulebook does not change; the next version is another file."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

PUBLISHED = {
    "base-2026.1.toml": "39b34d7363b4207990eb433727f3e2c2b80204d8337d6845cc95ea1044dde100",
    "base-2026.2.toml": "c18dbe2f960de15c5fbad2b968d7e14c6778afae23ba0d920a402ab2104914be",
    "base-2026.3.toml": "4df41e2f646126913fae7f5dfbc1605629a8849a8fe5593580c10f727c8b6478",
    "insider-2026.1.toml": "96894f4d631aebd6c1d0168f3020f29f73f49e54ea6eb3c4da466d09b8e8176f",
}


def test_every_published_rulebook_is_as_it_was_published() -> None:
    folder = files("xinnong.core.detection") / "published"
    found = {
        each.name: sha256(each.read_bytes()).hexdigest()
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    }
    assert found == PUBLISHED
