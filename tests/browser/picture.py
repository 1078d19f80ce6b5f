"""Screenshots as PNG of 256 colours: a map has few colours and many edges, and a palette saves two thirds of the bytes."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext

COLOURS = 256
# Chromium itself takes its PNG apart: width, height and the pixels.
PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
  return [image.width, image.height, btoa(text)];
}"""
Bytes = NDArray[np.uint8]


def save(context: BrowserContext, png: bytes, path: Path) -> None:
    """Write a screenshot with a palette. `context`: any, for a page that has no policy."""
    page = context.new_page()
    width, height, text = page.evaluate(PIXELS, base64.b64encode(png).decode())
    page.close()
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 4)[:, :3]
    palette, places = reduce(pixels)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(places.reshape(height, width), palette))


def reduce(pixels: Bytes) -> tuple[Bytes, Bytes]:
    """A palette, each colour the mean of what it stands for, and for each pixel its place in it.

    Half of the palette are the most frequent colours; each of the others is where the greatest error is left, so that a
    thin line of a colour of its own keeps it.
    """
    five_bits = pixels.astype(np.uint32) >> 3
    packed = five_bits[:, 0] << 10 | five_bits[:, 1] << 5 | five_bits[:, 2]
    _kinds, kind_of, count = np.unique(packed, return_inverse=True, return_counts=True)
    mean = np.column_stack([np.bincount(kind_of, channel) / count for channel in pixels.T])
    palette = mean[np.argsort(-count)[: COLOURS // 2]]
    error = ((mean[:, None] - palette) ** 2).sum(axis=2).min(axis=1)
    for _ in range(COLOURS - len(palette)):
        worst = mean[(error * count).argmax()]
        palette = np.vstack([palette, worst])
        error = np.minimum(error, ((mean - worst) ** 2).sum(axis=1))
    for _ in range(4):
        nearest = ((mean[:, None] - palette) ** 2).sum(axis=2).argmin(axis=1)
        weight = np.maximum(np.bincount(nearest, count, len(palette)), 1)
        palette = np.column_stack([np.bincount(nearest, channel * count, len(palette)) / weight for channel in mean.T])
    return np.rint(palette).astype(np.uint8), nearest[kind_of].astype(np.uint8)


def encode(places: Bytes, palette: Bytes) -> bytes:
    """PNG with a palette (colour type 3, 8 bits, no filter)."""
    height, width = places.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), places])
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
