"""The version of the sources: a hash by which stored results and workers know whether they fit this code."""

from functools import cache
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
RINGS = ("department", "engine")
"""Parts of the package that decide what a run does."""


@cache
def code_version() -> str:
    """Hash of the sources of the department and engine rings, read once in a process."""
    digest = sha256()
    for ring in RINGS:
        for path in sorted((PACKAGE / ring).rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
