"""The class scheme that each layer of the demo district uses, with names and numbers from the reference lists."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.catalogue.layers import reference_layers

SCHEMES = {
    "road": "GB 50220-95 / CJJ 37-2012",
    "alley": "local (no national code)",
    "river": "local river level",
    "green": "CJJ/T 85-2017",
    "component": "CJ/T 214-2007",
    "camera": "local camera type",
}


def class_names(layer: str, codes: NDArray[Any]) -> NDArray[Any]:
    """The Chinese names of class codes."""
    return _looked_up(
        {c.code: c.name_zh for c in reference_layers()[layer].classes if c.scheme == SCHEMES[layer]}, codes
    )


def class_numbers(layer: str, codes: NDArray[Any]) -> NDArray[Any]:
    """The four digits that each class has inside an asset code."""
    return _looked_up(
        {c.code: c.number for c in reference_layers()[layer].classes if c.scheme == SCHEMES[layer]}, codes
    )


def _looked_up(known: dict[str, str], codes: NDArray[Any]) -> NDArray[Any]:
    return np.array([known[code] for code in codes], dtype=object)
