"""Which scenarios of a sweep are kept: a condition over its keys, worked out by DuckDB over the table of scenarios.

Only keys, values, operators and the few words of `_WORDS` reach DuckDB: a condition may come from somebody else's file,
and can name no function, table or file. Which scenarios there are is said in `designs`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import duckdb

from sim.department.scenario import Problem
from sim.io.sql import connect, identifier, literal
from sim.io.suggest import did_you_mean

KEY = "sweep.filter"
EXAMPLE = "demand.growth <= 1.1 or staffing = 'traditional'"
MOST_CHARACTERS = 2_000
_WORDS = ("and", "or", "not", "in", "is", "null", "true", "false", "between", "like")
_TOKEN = re.compile(
    r"(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\w)"
    r"|(?P<word>[A-Za-z_]\w*(?:\.\w+)*)|(?P<sign><=|>=|==|!=|<>|[-+*/%<>=(),])|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_Scenario = Mapping[str, object]
"""Values of a scenario by key."""


def kept_by(text: str, scenarios: Sequence[_Scenario]) -> list[bool] | list[Problem]:
    """Whether each scenario meets the condition, or all that is wrong with it."""
    if not text.strip():
        return [Problem(KEY, "nothing", f"give a condition, as in {EXAMPLE}")]
    if len(text) > MOST_CHARACTERS:
        return [Problem(KEY, f"{len(text)} characters", f"give a condition of at most {MOST_CHARACTERS}")]
    keys = dict.fromkeys(key for scenario in scenarios for key in scenario)
    columns = {key: [scenario.get(key) for scenario in scenarios] for key in keys}
    faults = list(_faults_of(text, columns))
    return faults or _worked_out(text, columns)


def _faults_of(text: str, columns: Mapping[str, list[object]]) -> Iterator[Problem]:
    """Words that are no keys, texts that no scenario has, and signs that have no meaning in a condition."""
    texts = {value for values in columns.values() for value in values if isinstance(value, str)}
    is_pattern = False
    for token in _TOKEN.finditer(text):
        word, remedy = token.group(), ""
        if token["word"] and word not in columns and word.lower() not in _WORDS:
            quoted = f"a text stands in quotes: '{word}'"
            remedy = quoted if word in texts else f"no key of this sweep; {did_you_mean(word, columns)}"
        elif token["text"] and not is_pattern and word[1:-1] not in texts:
            remedy = f"no scenario has it; {did_you_mean(word[1:-1], sorted(texts))}"
        elif token["other"]:
            remedy = f"not part of a condition: compare keys with values, as in {EXAMPLE}"
        if remedy:
            yield Problem(f"{KEY}, character {token.start() + 1}", repr(word.strip("'\"")), remedy)
        is_pattern = word.lower() == "like" or (is_pattern and bool(token["space"]))


def _worked_out(text: str, columns: Mapping[str, list[object]]) -> list[bool] | list[Problem]:
    """The condition for each scenario, by DuckDB."""
    names = ", ".join(f"unnest(?::{_type_of(values)}[]) AS {identifier(key)}" for key, values in columns.items())
    try:
        with connect(settings={"threads": 1, "ieee_floating_point_ops": False}) as tables:  # 1/0 is no number
            tables.execute(f"CREATE TABLE scenarios AS SELECT {names}", list(columns.values()))
            query = f"SELECT typeof(answer), answer FROM (SELECT ({_in_sql(text, columns)}) AS answer FROM scenarios)"
            answers = tables.execute(query).fetchall()
    except (duckdb.Error, RecursionError) as error:
        why = str(error).split("\n")[0].removesuffix(".")
        return [Problem(KEY, repr(text), f"cannot be worked out ({why}): write it as in {EXAMPLE}")]
    if any(kind != "BOOLEAN" for kind, _ in answers):
        return [Problem(KEY, repr(text), f"neither true nor false: compare keys with values, as in {EXAMPLE}")]
    if any(keeps is None for _, keeps in answers):
        remedy = "has no answer where a value is null: say what holds there, as KEY is null or KEY > 1"
        return [Problem(KEY, repr(text), remedy)]
    return [keeps for _, keeps in answers]


def _type_of(values: Sequence[object]) -> str:
    """The type of a column in DuckDB."""
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, bool) for value in given):
        return "BOOLEAN"
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in given)
    return "DOUBLE" if is_number else "VARCHAR"


def _in_sql(text: str, columns: Mapping[str, list[object]]) -> str:
    """The condition with its keys as columns and its texts as literals."""
    return "".join(
        identifier(token.group())
        if token["word"] in columns
        else literal(token.group()[1:-1])
        if token["text"]
        else token.group()
        for token in _TOKEN.finditer(text)
    )
