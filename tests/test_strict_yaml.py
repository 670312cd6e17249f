"""The one reader of YAML: what it refuses, with the line, and that it reads everything else as before."""

import re
from pathlib import Path

import pytest
import yaml

from sim.config import shipped_configs
from sim.io import strict_yaml
from sim.io.bounded_reader import UnreadableFile
from sim.io.strict_yaml import parsed_yaml, read_checked_yaml, read_yaml

SHIPPED = sorted(shipped_configs().rglob("*.yaml"))
FILE = Path("ours.yaml")


def refusal_of(text: str) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        parsed_yaml(FILE, text)
    assert refused.value.path == FILE
    return refused.value


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_shipped_file_is_read_as_the_safe_loader_reads_it(file: Path) -> None:
    expected = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert repr(read_yaml(file)) == repr(expected)
    as_text = re.sub(r"datetime.date\((\d+), (\d), (\d)\)", r"'\1-0\2-0\3'", repr(expected))
    assert repr(read_checked_yaml(file)) == as_text, "the same, but a date is a text"


WORDS = [
    "0700",
    "on",
    "off",
    "yes",
    "no",
    "1e3",
    "2020-01-01",
    "1_000",
    "0x10",
    "08",
    "~",
    "'on'",
    "",
]


@pytest.mark.parametrize("word", WORDS)
def test_words_mean_what_they_meant_before(word: str) -> None:
    text = f"a: {word}\nb: [{word}]\n"
    assert repr(parsed_yaml(FILE, text)) == repr(yaml.safe_load(text))


@pytest.mark.parametrize("word", ["22:30", "07:30", "1:30", "190:20:30", "190:20:30.15", "-1:30"])
def test_a_text_with_a_colon_is_no_number_in_base_sixty(word: str) -> None:
    text = f"a: {word}\nb: [{word}]\n"
    assert parsed_yaml(FILE, text) == {"a": word, "b": [word]}


@pytest.mark.parametrize(("first", "second"), [("2", "2"), ('"2"', "2"), ("yes", "true"), ("1", "0x1"), ("a", "'a'")])
def test_a_key_that_stands_twice_is_refused_with_both_lines(first: str, second: str) -> None:
    refused = refusal_of(f"recode:\n  {first}: 1\n  other: 4\n  {second}: 5\n")
    assert "in line 4" in refused.value
    assert "twice, first in line 2" in refused.remedy


def test_a_key_that_stands_twice_in_one_line_is_refused() -> None:
    assert "twice" in refusal_of("recode: {a: 1, b: 2, a: 3}").remedy


def test_a_merged_key_may_be_set_again() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n"
    assert parsed_yaml(FILE, text) == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}


@pytest.mark.parametrize("value", ["!!str 5", "!!python/object/apply:os.system [ls]", "! 5", "!mine {a: 1}"])
def test_a_tag_is_refused(value: str) -> None:
    refused = refusal_of(f"a: 1\nb: {value}\n")
    assert "in line 2" in refused.value
    assert "a tag (!) is not read" in refused.remedy


def test_aliases_of_a_million_entries_are_refused_with_the_number() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 6)]
    refused = refusal_of("\n".join(lines))
    assert "entries up to line 5" in refused.value
    assert "at most 100,000" in refused.remedy


def test_an_alias_of_few_entries_is_read() -> None:
    assert parsed_yaml(FILE, "a: &a [1, 2]\nb: *a\n") == {"a": [1, 2], "b": [1, 2]}


def test_an_alias_in_what_it_repeats_is_refused() -> None:
    assert "without end" in refusal_of("a: &a [1, *a]\n").remedy


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000 + "1"])
def test_entries_nested_too_deeply_are_refused(text: str) -> None:
    assert "nested more than 40 deep" in refusal_of(text).remedy


def test_a_file_of_more_entries_than_settings_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "MOST_YAML_ENTRIES", 1000)
    assert refusal_of("- 1\n" * 2000).value.startswith("1,001 entries up to line 1000")


def test_a_file_of_more_bytes_than_settings_have_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "MOST_YAML_BYTES", 10)
    file = tmp_path / "ours.yaml"
    file.write_text("name: a name that is long\n", encoding="utf-8")
    for read in (read_yaml, read_checked_yaml):
        with pytest.raises(UnreadableFile, match="larger than"):
            read(file)


@pytest.mark.parametrize("text", ["a: 2020-99-99", f"a: {'9' * 5000}", "2020-99-99: 1", "a: [", "a: \x01", "- a\nb: 1"])
def test_what_cannot_be_read_is_refused_without_a_traceback(text: str, tmp_path: Path) -> None:
    said = "not valid YAML|cannot be read"
    assert re.match(said, refusal_of(text).remedy)
    file = tmp_path / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=said):
        read_yaml(file)


TWO_LINES = "look at this line and the one above: write key: value with a space after the colon"


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("nurse:\n\theads: 3\n", "indent with spaces, not tabs"),
        ("nurse\n  heads: 3\n", TWO_LINES),
        ("name: ours\nnurse\n  heads: 3\n", TWO_LINES),
        ("psw:\n  kind:peer\n  heads: 1\n", TWO_LINES),
        ("psw:\n  kind: peer\n    heads: 1\n", TWO_LINES),
        ("psw:\n    kind: peer\n  heads: 1\n", TWO_LINES),
        ("label: Ours: the new team\n", "put a text with a colon in quotes"),
        ("label: @home\n", "put the text in quotes"),
        ("label: 'Ours\nname: ours\n", "ends with the same quote"),
        ("defaults: [traditional, _self_\nname: ours\n", "close each [ with ]"),
        ("nurse: {heads: 1}}\n", "close each [ with ]"),
        ("a: *\n", "correct the file"),
    ],
)
def test_a_slip_in_yaml_is_refused_with_its_cure(text: str, cure: str) -> None:
    assert cure in refusal_of(text).remedy


@pytest.mark.parametrize("text", ['a: "\\ud800"', '"\\udfff": 1', 'a: ["x", "\\ud83e\\uddf8"]'])
def test_half_of_a_character_is_refused(text: str) -> None:
    assert refusal_of(text).value == "line 1"
    assert "half of a character" in refusal_of(text).remedy
