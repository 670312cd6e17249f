"""How far two pictures are apart: drawn on two machines, one picture differs in how text and lines are smoothed."""

from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

SHADES = 24
"""Of 255, by which a pixel may differ: how text and lines are smoothed. A digit that changes moves pixels by 200."""


def furthest(one: Path | IO[bytes], other: Path | IO[bytes]) -> int:
    """The largest difference between two pixels; 255 for pictures of different sizes."""
    a, b = pixels(one), pixels(other)
    return int(np.abs(a - b).max()) if a.shape == b.shape else 255


def pixels(picture: Path | IO[bytes]) -> np.ndarray:
    return np.asarray(Image.open(picture).convert("RGB"), dtype=np.int16)
