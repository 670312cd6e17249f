"""How readers with each kind of colour vision see a colour, and how far apart two colours look to them.

Simulation: the matrices of Machado, Oliveira and Fernandes 2009 (IEEE Transactions on Visualization and Computer
Graphics 15(6):1291-1298, table 1, severity 1.0), on linear sRGB. Distance: CIEDE2000 as in Sharma, Wu and Dalal 2005
(Color Research and Application 30(1):21-30), whose test pairs it meets.
"""

import numpy as np
from matplotlib.colors import to_rgb

SEEN_BY = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colour: str, vision: str = "normal") -> np.ndarray:
    """CIELAB (D65) of a colour as one sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    relative = TO_XYZ @ np.clip(SEEN_BY[vision] @ linear, 0.0, 1.0) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """CIEDE2000 of two colours in CIELAB."""
    (light, a, b), (light2, a2, b2) = one, other
    mean = (np.hypot(a, b) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    chroma, chroma2 = np.hypot(a * stretch, b), np.hypot(a2 * stretch, b2)
    hue, hue2 = np.degrees(np.arctan2([b, b2], [a * stretch, a2 * stretch])) % 360
    turn = 0.0 if chroma * chroma2 == 0.0 else (hue2 - hue + 180) % 360 - 180
    mean_hue = hue + turn / 2 if chroma * chroma2 else hue + hue2
    apart_in_hue = 2 * np.sqrt(chroma * chroma2) * np.sin(np.radians(turn / 2))
    mean_light, mean_chroma = (light + light2) / 2, (chroma + chroma2) / 2
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    weight = 1 + sum(size * np.cos(np.radians(times * mean_hue + at)) for size, times, at in waves)
    of_light = (light2 - light) / (1 + 0.015 * (mean_light - 50) ** 2 / np.sqrt(20 + (mean_light - 50) ** 2))
    of_chroma = (chroma2 - chroma) / (1 + 0.045 * mean_chroma)
    of_hue = apart_in_hue / (1 + 0.015 * mean_chroma * weight)
    rotation = np.sin(np.radians(60 * np.exp(-(((mean_hue - 275) / 25) ** 2))))
    rotation *= -2 * np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7))
    return float(np.sqrt(of_light**2 + of_chroma**2 + of_hue**2 + rotation * of_chroma * of_hue))
