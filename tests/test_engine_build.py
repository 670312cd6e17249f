"""Functions printed as C do what plain Python does, what cannot be printed is refused with its place, and a library
that does not belong to the sources is never used."""

import inspect
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine_build import compilers
from engine_build.build import MODULES, machine_code_of
from engine_build.c_types import Unprintable
from engine_build.compilers import TARGETS, NoCompiler
from engine_build.hook import EngineHook
from engine_build.printer import program_of
from sim.engine import hourly_rates, keyed_uniforms
from sim.engine.compiled import backend
from sim.engine.compiled.backend import FUNCTIONS, Floats2, NoMachineCode, Word, what_is_wrong

ROOT = Path(__file__).parents[1]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.int8]
PAIRS = ((1, 3), (2, 5))


# --- what is printed does the same ----------------------------------------------------------------------------------


def whole_numbers(a: int, b: int) -> int:
    """Quotients and rests are rounded down, bits and shifts are those of Python."""
    total = 0
    if b != 0:
        total += a // b + 7 * (a % b)
    total += (a ^ b) + (a & ~b) + (a << 2) + (a >> 1) + max(a, b, 3) - min(a, -b)
    return total if not (a < b) or b > 5 else -1


def doubles(a: float, b: float) -> float:
    """Comparisons with nan, the first of two equals, and the rest of a division."""
    low, high = min(a, b), max(a, b)
    if a != a or not high < math.inf:
        return -1.0
    rest = a % 1440.0
    return low + rest / (abs(b) + 0.1) - float(math.floor(a)) + math.log1p(abs(b)) ** 0.3 + (a if a < b else 2)


def words(a: Word, b: int) -> Word:
    """Numbers of 64 bits without a sign wrap, with a sign they count as what they are without."""
    return ((a ^ (a >> 30)) * 0xBF58476D1CE4E5B9 + (b + 1)) & 0xFFFFFFFFFFFFFFFF


def loops(numbers: Floats, table: Floats2, found: Bytes) -> int:
    """Loops, parts of arrays, an element from the end, names stored together, a tuple reached by a number."""
    n = 0
    for i in range(1, len(numbers), 2):
        if numbers[i] < 0.0:
            continue
        if numbers[i] > 2.5:
            break
        n += 1
    first, last = numbers[0], numbers[-1]
    first, last = last, first
    for value in numbers[1:3]:
        n += int(value > first) + 2 * int(value > last)
    low, high = PAIRS[n % 2]
    while low < high:
        table[low % 2, 1] += float(low)
        low += 1
    found[0] = n + 200
    return n


def test_numbers_come_out_as_in_plain_python() -> None:
    compiled = machine_code_of(whole_numbers, doubles, words)
    random = np.random.default_rng(3)
    whole = random.integers(-(10**6), 10**6, (300, 2)).tolist()
    for a, b in [*whole, (5, 5), (6, 6), (-7, 2), (3, 0)]:
        assert compiled[0](a, b) == whole_numbers(a, b)
        assert compiled[2](a & (2**64 - 1), b) == words(a & (2**64 - 1), b)
    values = [*random.normal(scale=3000.0, size=40), 0.0, -0.0, 1440.0, -2880.0, math.inf, math.nan]
    for first in map(float, values):
        for second in map(float, values):
            assert repr(compiled[1](first, second)) == repr(doubles(first, second)), (first, second)


def test_loops_over_arrays_do_what_they_do_in_plain_python_also_where_arrays_have_gaps() -> None:
    (compiled,) = machine_code_of(loops)
    for seed in range(50):
        random = np.random.default_rng(seed)
        numbers, table = random.normal(1.0, 2.0, 14)[::2], random.normal(size=(4, 6))[::2, ::3]
        tables, bytes_found = [table.copy(), table], [np.zeros(1, np.int8), np.zeros(1, np.int8)]
        assert compiled(numbers, tables[1], bytes_found[1]) == loops(numbers, tables[0], bytes_found[0].astype(int))
        assert np.array_equal(*tables)


def test_draws_are_the_same_in_machine_code_and_in_plain_python() -> None:
    random = np.random.default_rng(5)
    for a, b, c in random.integers(0, 2**62, (200, 3)).tolist():
        plain = keyed_uniforms.keyed.__wrapped__(a, b, c)  # type: ignore[attr-defined]
        assert keyed_uniforms.keyed(a, b, c) == plain
        assert keyed_uniforms.uniform_of(plain, b, c) == keyed_uniforms.uniform_of.__wrapped__(plain, b, c)  # type: ignore[attr-defined]


def test_every_function_python_calls_stands_in_a_module_that_is_printed_and_says_its_types() -> None:
    for function in FUNCTIONS.values():
        assert function.__module__ in MODULES
        assert {*inspect.signature(function).parameters, "return"} == set(function.__annotations__)


def test_an_array_of_another_type_is_refused_with_what_is_wanted() -> None:
    table, out = np.ones(3, dtype=np.float32), np.empty(9)
    with pytest.raises(TypeError, match="argument 4 is an array of 1 x float32; it is made for 1 x float64"):
        hourly_rates.draw_day_factors(1, 2, np.arange(9), table, out)  # type: ignore[arg-type]


# --- what cannot be printed -----------------------------------------------------------------------------------------


def lists(a: int) -> int:
    return sum([a, a])


def names_arguments(a: int) -> int:
    return whole_numbers(a, b=2)


def changes_type(a: int) -> float:
    value = a
    value += 0.5
    return value + 1.0


def counts(numbers: Floats) -> int:
    numbers[0] += 1.0
    return int(numbers[0])


def leaves_the_order_open(numbers: Floats) -> int:
    return counts(numbers) - counts(numbers)


def meets_signs(a: int, b: Word) -> bool:
    return a < b


def branches_on_a_number(a: int) -> int:
    return 1 if a else 2


def has_no_value(a: int) -> int:
    return a + nowhere  # type: ignore[name-defined, no-any-return]  # noqa: F821


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lists, "sum cannot be called in C|ListComp|List is not known"),
        (names_arguments, "leave the names out"),
        (changes_type, "value was int64_t before"),
        (leaves_the_order_open, "give them names first"),
        (meets_signs, "compared with one without"),
        (branches_on_a_number, "compare it, != 0"),
        (has_no_value, "nowhere is no name of the module"),
    ],
)
def test_what_cannot_be_printed_is_said_with_its_place(function: Callable[..., Any], why: str) -> None:
    with pytest.raises(Unprintable, match=why) as said:
        program_of({"way_in": function})
    place = re.match(r"tests/test_engine_build\.py:(\d+): ", str(said.value))
    assert place is not None
    first = inspect.getsourcelines(function)[1]
    assert first < int(place[1]) <= first + 4


# --- the library belongs to the sources -----------------------------------------------------------------------------


def test_the_library_in_use_was_made_of_these_sources() -> None:
    assert what_is_wrong(backend.LIBRARY) is None


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (None, "cannot be read"),
        (b"nothing of ours", "is no library of this engine"),
        (b"peered-sources: 0123 4567 sim/engine/workload.py\0", "was made of other sources"),
    ],
)
def test_a_library_of_other_sources_is_not_used(content: bytes | None, wrong: str, tmp_path: Path) -> None:
    library = tmp_path / "engine.so"
    if content is not None:
        library.write_bytes(content)
    assert wrong in (what_is_wrong(library) or "")


def test_a_library_built_otherwise_is_not_used_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "sim/engine/constants.py"
    stamp = f"peered-sources: {backend.digest_of([ROOT / source])} 0123 {source}\0"
    library = tmp_path / "engine.so"
    library.write_bytes(stamp.encode())
    assert "was built otherwise" in (what_is_wrong(library) or "")
    monkeypatch.setattr(backend, "BUILDER", tmp_path / "nowhere")
    assert what_is_wrong(library) is None


def test_without_a_checkout_a_library_that_does_not_fit_is_an_error_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "BUILDER", tmp_path / "nowhere")
    monkeypatch.setattr(backend, "LIBRARY", tmp_path / "engine.so")
    with pytest.raises(NoMachineCode, match="install peered anew"):
        backend.library.__wrapped__()


def test_the_ends_of_lines_are_no_part_of_a_source(tmp_path: Path) -> None:
    for folder, text in (("a", b"x = 1\n"), ("b", b"x = 1\r\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.py").write_bytes(text)
    assert backend.digest_of([tmp_path / "a" / "x.py"]) == backend.digest_of([tmp_path / "b" / "x.py"])


# --- compilers ------------------------------------------------------------------------------------------------------


def test_the_compiler_named_goes_first_then_zig_then_one_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "ccache clang -m64")
    assert compilers.compiler() == ["ccache", "clang", "-m64"]
    monkeypatch.delenv("CC")
    monkeypatch.setattr(compilers.importlib.util, "find_spec", lambda name: object())
    assert compilers.compiler()[1:4] == ["-m", "ziglang", "cc"]
    monkeypatch.setattr(compilers.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(compilers.shutil, "which", lambda name: f"/bin/{name}" if name == "gcc" else None)
    assert compilers.compiler() == ["/bin/gcc"]
    monkeypatch.setattr(compilers.shutil, "which", lambda name: None)
    with pytest.raises(NoCompiler, match="pip install ziglang"):
        compilers.compiler()


def test_a_compiler_that_is_not_there_or_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a.c"
    source.write_text("int nothing(void) { return undeclared; }", encoding="utf-8")
    with pytest.raises(NoCompiler, match="undeclared"):
        compilers.compile_c(source, tmp_path / "a.so")
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(NoCompiler, match="no-such-compiler cannot be started"):
        compilers.compile_c(source, tmp_path / "a.so")


def test_make_wheels_names_every_system_there_is_a_target_for() -> None:
    systems = re.search(r"^SYSTEMS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert systems is not None
    assert systems[1].split() == list(TARGETS)
    assert issubclass(EngineHook, object)
