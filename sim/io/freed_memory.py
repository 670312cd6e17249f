"""Memory of freed arrays goes back to the system, where the C library would keep it for later."""

import ctypes
import sys
from contextlib import suppress
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""`M_MMAP_THRESHOLD` of glibc's malloc.h."""
_BYTES: Final = 1 << 18


def give_freed_arrays_back() -> None:
    """From here on arrays of over a quarter of a MiB have pages of their own, and these are gone when they are freed.

    Of itself glibc raises that limit to 32 MiB with the arrays that it has seen freed, and columns of a million visits
    (8 MiB) then leave holes that nothing fills: a third of a calibration's memory. Elsewhere nothing is changed.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _BYTES)
