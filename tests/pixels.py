"""Codes as a camera might see them."""

from __future__ import annotations

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
