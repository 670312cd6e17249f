"""Steps that a department file adds behind the pathway it inherits, put there once the files have been merged.

Lists are replaced when files are merged, so that one more step would ask for the whole pathway again.
"""

from sim.config.key_paths import Plain

ADDED = "added_steps"


def in_their_pathways(department: Plain) -> Plain:
    """A department whose `added_steps` are the last steps of their pathways. The data are not changed.

    What is no list of steps is left where it stands: there is no such key, and that is reported.
    """
    streams = department.get("streams") if isinstance(department, dict) else None
    if not isinstance(streams, dict):
        return department
    return {**department, "streams": {name: with_all_steps(stream) for name, stream in streams.items()}}


def with_all_steps(stream: Plain) -> Plain:
    """A stream that says its steps in one list."""
    inherited, added = (stream.get("pathway"), stream.get(ADDED)) if isinstance(stream, dict) else (None, None)
    if not isinstance(inherited, list) or not isinstance(added, list):
        return stream
    kept = {key: value for key, value in stream.items() if key != ADDED}
    return kept | {"pathway": [*inherited, *added]}
