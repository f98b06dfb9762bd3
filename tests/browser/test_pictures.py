"""The pictures of the documentation: those the script takes, each small enough to read on a phone."""

from __future__ import annotations

from tests.browser.pictures import FOLDER, PICTURES

LARGEST_BYTES = 300_000


def test_the_pictures_kept_are_those_the_script_takes() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == {picture.name for picture in PICTURES}


def test_each_picture_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size > LARGEST_BYTES} == {}
