"""The notebooks, executed: each `notebooks/NAME.py` (jupytext percent) is played and stored beside it as `NAME.ipynb`.

`python -m benchmarks.notebooks` makes all of them, `python -m benchmarks.notebooks NAME ...` some. Made twice they have
the same bytes: no times, no paths or versions of the machine, cell ids that count. A test makes them again and compares
(docs/decisions/0022).
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "notebooks"
MOST_BYTES = 1_500_000
"""Of one notebook: code hosts show no larger ones, or slowly."""
SECONDS = 600
"""After which a cell counts as hanging."""
KERNEL_OPTIONS = [
    "--HistoryManager.enabled=False",
    "--InlineBackend.print_figure_kwargs={'bbox_inches': None, 'metadata': {'Software': None}}",
]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
MACHINE_FACTS = re.compile(r"(?<![\w:/.])/(?:home|root|tmp|work|Users|var|usr|private)/|[A-Z]:\\|0x[0-9a-f]{8}")
"""Absolute paths and addresses of objects, neither of which a reader elsewhere has."""


ALL_SHOWN = """\
import sys
pyplot = sys.modules.get("matplotlib.pyplot")
if pyplot and pyplot.get_fignums():
    raise RuntimeError("a figure was drawn that no cell shows: is displaying switched off?")
"""
"""A cell played last and not stored: a figure that is shown is closed with its cell."""


class NotebookFault(Exception):
    """An executed notebook that cannot be stored: the message names the cell and what is wrong."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.notebooks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks to make; all if none is named")
    names = parser.parse_args().names or [source.stem for source in sources()]
    for name in names:
        stored = SOURCES / f"{name}.ipynb"
        stored.write_bytes(as_bytes(execute(SOURCES / f"{name}.py")))
        print(f"{stored.relative_to(ROOT)}: {stored.stat().st_size:,} bytes")
    return 0


def sources() -> list[Path]:
    """The notebooks as they are written."""
    return sorted(SOURCES.glob("*.py"))


def execute(source: Path) -> NotebookNode:
    """The notebook of a source, with the outputs of a run from top to bottom in an empty folder.

    Raises CellExecutionError where a cell fails, NotebookFault for an output that must not be stored.
    """
    notebook = notebook_of(source)
    with TemporaryDirectory(prefix="peered-notebook-") as folder, isolated(Path(folder)) as work:
        where = {"metadata": {"path": work}}
        client = NotebookClient(
            notebook,
            config=link(Path(folder)),
            timeout=SECONDS,
            kernel_name="python3",
            record_timing=False,
            resources=where,
        )
        client.extra_arguments = KERNEL_OPTIONS
        notebook.cells.append(nbformat.v4.new_code_cell(ALL_SHOWN))
        client.execute()
        notebook.cells.pop()
    for number, cell in enumerate(notebook.cells):
        check_outputs(cell, f"{source.name}, cell {number}")
    notebook.metadata = nbformat.from_dict(METADATA)
    nbformat.validate(notebook)
    return notebook


def notebook_of(source: Path) -> NotebookNode:
    """The cells of a source, without outputs."""
    notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = nbformat.from_dict({})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


@contextmanager
def isolated(folder: Path) -> Iterator[str]:
    """An empty working folder for the kernel, which finds neither settings of the user nor a place to leave its own."""
    work, matplotlibrc = folder / "work", folder / "matplotlibrc"
    work.mkdir()
    matplotlibrc.touch()
    own = {name: str(folder / name) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    settings = {
        **own,
        "MATPLOTLIBRC": str(matplotlibrc),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    with mock.patch.dict(os.environ, settings):
        yield str(work)


def link(folder: Path) -> Config:
    """How to talk to the kernel: where the system has them, through sockets in a folder instead of open ports."""
    return Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "kernel")}} if os.name == "posix" else {})


def check_outputs(cell: NotebookNode, where: str) -> None:
    """Raise NotebookFault for warnings and for what is true of this machine only."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stderr":
            raise NotebookFault(f"{where}: writes to stderr, mend what it warns of: {output.text}")
        for text in texts_of(output):
            if found := MACHINE_FACTS.search(text):
                raise NotebookFault(f"{where}: shows {found[0]!r}, which is true of this machine only: {text[:500]}")


def texts_of(output: NotebookNode) -> list[str]:
    """What an output shows in words: a stream, or the value of a cell as text and as HTML."""
    if output.output_type == "stream":
        return [output.text]
    return [value for kind, value in sorted(output.get("data", {}).items()) if kind.startswith("text/")]


def as_bytes(notebook: NotebookNode) -> bytes:
    """The file of a notebook. Raises NotebookFault if it is too large to be shown by a code host."""
    content = (nbformat.writes(notebook) + "\n").encode()
    if len(content) > MOST_BYTES:
        raise NotebookFault(f"{len(content):,} bytes, at most {MOST_BYTES:,} are shown: draw fewer or smaller figures")
    return content


if __name__ == "__main__":
    sys.exit(main())
