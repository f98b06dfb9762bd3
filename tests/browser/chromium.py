"""Which Chromium, how it is started, and fonts that have Chinese letters."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from playwright.sync_api import ViewportSize

CHROMIUM = os.environ.get("XINNONG_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts}</dir>
<cachedir>{cache}</cachedir><match><test name="family"><string>sans-serif</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Noto Sans SC</string></edit></match>
<match><test name="family"><string>system-ui</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Noto Sans SC</string></edit></match>
</fontconfig>"""


def with_chinese_fonts(folder: Path) -> dict[str, str]:
    """Environment in which the fonts of the test extras are found besides the system's."""
    found = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if found is None or found.origin is None:
        return dict(os.environ)
    configuration = folder / "fonts.conf"
    configuration.write_text(FONTS.format(fonts=Path(found.origin).parent, cache=folder))
    return {**os.environ, "FONTCONFIG_FILE": str(configuration)}
