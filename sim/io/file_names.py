"""Names that files of configurations may have, on every system."""

import re


def file_name(value: str) -> str:
    """A name that configurations are written under, in files and folders of it."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(f"{value!r} is no configuration name: use lower-case letters, digits and _, a letter first")
    if is_device_of_windows(value):
        raise ValueError(f"{value!r} is a device on Windows, where no file can have that name: choose another")
    return value


def is_device_of_windows(name: str) -> bool:
    """Whether Windows keeps a name for a device, as `con` or `lpt1`, and takes a file `con.yaml` for it too."""
    return re.fullmatch(r"(?i)con|prn|aux|nul|(com|lpt)[0-9]", name) is not None
