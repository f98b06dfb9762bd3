"""Codes as a camera might see them."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import segno


def drawn(text: str, pixels: int, degrees: int, noise: int) -> np.ndarray[Any, Any]:
    """The code as a camera might see it: scaled, turned, blurred, with noise."""
    modules = np.array([list(row) for row in segno.make(text, error="m").matrix_iter(border=4)])
    size = len(modules)
    angle = np.deg2rad(degrees)
    across = np.arange(pixels) - pixels / 2
    x, y = np.meshgrid(across, across)
    scale = size / pixels * 1.25
    columns = ((np.cos(angle) * x + np.sin(angle) * y) * scale + size / 2).astype(int)
    rows = ((-np.sin(angle) * x + np.cos(angle) * y) * scale + size / 2).astype(int)
    inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    dark = np.where(inside, modules[rows.clip(0, size - 1), columns.clip(0, size - 1)], 0)
    image = 255.0 * (1 - (dark == 1))
    for axis in (0, 1):
        image = (np.roll(image, 1, axis) + 2 * image + np.roll(image, -1, axis)) / 4
    image += np.random.default_rng(noise).normal(0, 12, image.shape)
    seen_by_camera: np.ndarray[Any, Any] = image.clip(0, 255).astype(np.uint8)
    return seen_by_camera


def grays(png: bytes) -> np.ndarray[Any, Any]:
    """A picture of 8-bit colours, not interlaced, as rows of gray."""
    at, parts = 8, {b"IDAT": b""}
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        parts[name] = parts.get(name, b"") + png[at + 8 : at + 8 + size]
        at += 12 + size
    width, height, _depth, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    wide = {2: 3, 6: 4}[kind]
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, -1)
    above, lines = np.zeros(width * wide, np.uint8), []
    for how, row in zip(rows[:, 0], rows[:, 1:], strict=True):
        above = _unfiltered(int(how), row, above, wide)
        lines.append(above)
    colours: np.ndarray[Any, Any] = np.stack(lines).reshape(height, width, wide)[:, :, :3]
    gray: np.ndarray[Any, Any] = colours.mean(axis=2).astype(np.uint8)
    return gray


def _unfiltered(
    how: int, row: np.ndarray[Any, Any], above: np.ndarray[Any, Any], wide: int
) -> np.ndarray[Any, Any]:
    """One row as it was before the filter of PNG (RFC 2083, section 6)."""
    if how in {0, 2}:
        return (row + above).astype(np.uint8) if how else row
    line = [0] * wide + row.tolist()
    up = [0] * wide + above.tolist()
    for place in range(wide, len(line)):
        left, over, corner = line[place - wide], up[place], up[place - wide]
        line[place] = (line[place] + _guess(how, left, over, corner)) % 256
    return np.array(line[wide:], np.uint8)


def _guess(how: int, left: int, over: int, corner: int) -> int:
    if how == 1:
        return left
    if how == 3:
        return (left + over) // 2
    near = left + over - corner
    return min((left, over, corner), key=lambda one: abs(near - one))
