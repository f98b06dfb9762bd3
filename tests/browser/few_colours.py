"""Make a picture small: the 256 commonest colours in a palette, the rest as the nearest of them."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE = 3  # the colour type of PNG
INDEXED = """async (png) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(picture, 0, 0);
  const bytes = brush.getImageData(0, 0, picture.width, picture.height).data;
  const pixels = new Uint32Array(bytes.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const commonest = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const palette = commonest.slice(0, 256);
  const part = (colour, shift) => (colour >>> shift) & 255;
  const apart = (a, b) => [0, 8, 16].reduce((sum, s) => sum + (part(a, s) - part(b, s)) ** 2, 0);
  const place = new Map(palette.map((colour, at) => [colour, at]));
  for (const colour of commonest.slice(256)) {
    let best = 0;
    palette.forEach((one, at) => { if (apart(one, colour) < apart(palette[best], colour)) best = at; });
    place.set(colour, best);
  }
  let text = "";
  for (const pixel of pixels) text += String.fromCharCode(place.get(pixel));
  const colours = palette.flatMap((colour) => [part(colour, 0), part(colour, 8), part(colour, 16)]);
  return [picture.width, picture.height, colours, btoa(text)];
}"""


def in_few_colours(page: Page, png: bytes) -> bytes:
    """Write the same picture as a PNG with a palette; the page is any blank one."""
    encoded = base64.b64encode(png).decode()
    width, height, colours, text = page.evaluate(INDEXED, encoded)
    indices = base64.b64decode(text)
    lines = b"".join(b"\0" + indices[at : at + width] for at in range(0, len(indices), width))
    header = struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", bytes(colours)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_part(name, content) for name, content in parts)


def _part(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
