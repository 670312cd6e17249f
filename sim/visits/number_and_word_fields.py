"""Numbers, words and codes of a visit, added to the query. The words of a field are closed: any other is a fault.

Capitals, blanks and hyphens are forgiven. A word or code that means nothing is reported by itself, with its rows, and
is missing in the field.
"""

from collections.abc import Mapping
from typing import Final

from sim.io import sql
from sim.visits import cell_text
from sim.visits import column_map as maps
from sim.visits.visits_query import A_WORD, FORMULA, VisitsQuery

_BLANKS: Final = r"[\s\x{A0}\x{2009}\x{202F}_\-]+"
_FEWEST_WORDS: Final = 2
"""Different words in a column of yes or no of which none is the code, so that another code is meant."""


def add_number(
    query: VisitsQuery, name: str, number: maps.NumberColumn | None, least: float = 0.0, most: float | None = None
) -> None:
    """Numbers, if the file has the column, those under `least` or over `most` a fault."""
    column = number.column if isinstance(number, maps.ColumnWithUnit) else number
    if column is None or not query.has(column):
        return
    plain = cell_text.decimal_number(query.text(column), query.column_map.decimal)
    units = maps.YEARS_IN if name == "age" else maps.MINUTES_IN
    factor = units[number.unit] if isinstance(number, maps.ColumnWithUnit) else 1.0
    value = plain if factor == 1.0 else f"{plain} * {factor!r}::DOUBLE"
    remedy = "correct it, list it under `missing_codes`, or set `decimal` in the column map"
    query.read_field(name, column, value, "not a number", remedy, selective=False)
    kind = f"under {least:g}" if most is None else f"outside {least:g} to {most:g}"
    outside = f"(f_{name} < {least}{'' if most is None else f' OR f_{name} > {most}'})"
    query.fault_of_field(name, outside, kind, "correct it or list it under `missing_codes`")


def add_words(query: VisitsQuery, name: str, words: maps.WordColumns) -> None:
    """A field of words, if the file has its columns: the word itself, recoded, or said by flag columns."""
    if not query.has_all(words):
        return
    vocabulary = maps.VOCABULARY[name]
    if isinstance(words, maps.FlagColumns):
        _add_flag_words(query, name, words)
    elif isinstance(words, maps.CodedColumn):
        own = {word: word for word in vocabulary if word not in map(maps.without_spelling, words.recode)}
        remedy = f"add it to `{name}.recode` (known: {', '.join(words.recode)}; words: {', '.join(vocabulary)})"
        meanings: dict[str, object | None] = {**words.recode, **own}
        _add_meanings(query, name, words.column, meanings, f"an unknown code of {name}", remedy)
        _note_not_given(query, name, words.column)
    else:
        own = {word: word for word in vocabulary}
        recode = f"`{name}: {{column: {words}, recode: {{{A_WORD}: ...}}}}`"
        remedy = f"say which of {', '.join(own)} it is, or null, as {recode}"
        _add_meanings(query, name, words, own, f"an unknown word of {name}", remedy)


def add_codes(query: VisitsQuery, name: str, column: str, recode: Mapping[str, object | None], kind: str) -> None:
    """A field of DuckDB's type `kind` by the map's codes, if the file has the column."""
    if query.has(column):
        remedy = f"add it to `{name}.recode` (known: {', '.join(recode)})"
        _add_meanings(query, name, column, recode, f"an unknown code of {name}", remedy, kind)
        _note_not_given(query, name, column)


def add_text(query: VisitsQuery, name: str, column: str) -> None:
    """The text as it is; a spreadsheet formula is a fault."""
    query.add_field(name, column, query.text(column))
    query.fault_of_field(name, cell_text.is_formula(query.text(column)), *FORMULA)


def _add_meanings(
    query: VisitsQuery,
    name: str,
    column: str,
    recode: Mapping[str, object | None],
    unknown: str,
    remedy: str,
    kind: str = "VARCHAR",
) -> None:
    """A field by the meaning of each word or code; words that have none are faults, one by one."""
    text, loose = query.text(column), _loose_meanings(recode)
    query.add(f"t_{name}_alike", _without_spelling(text))
    exact, spelt = _cases(text, recode, kind), _cases(f"t_{name}_alike", loose, kind)
    listed, listed_loosely = sql.literals(recode), sql.literals(loose)
    is_exact = f"{text} IN ({listed})"
    is_spelt = f"t_{name}_alike IN ({listed_loosely})" if loose else "false"
    query.add_field(name, column, f"CASE WHEN {is_exact} THEN {exact} ELSE {spelt} END")
    is_unknown = query.unless_formula(column, f"{text} IS NOT NULL AND NOT {is_exact} AND NOT {is_spelt}")
    query.fault_by_word(column, is_unknown, unknown, remedy)
    otherwise = f"a word of {name} written with other capitals, blanks or hyphens"
    query.note(column, f"NOT {is_exact} AND {is_spelt}", otherwise, "read as if they were the same", is_listed=False)


def _note_not_given(query: VisitsQuery, name: str, column: str) -> None:
    """Note the rows without a value of the field, those with an untrue one aside."""
    if not query.knows(name):
        return
    faults = " OR ".join(query.faults_of(column)) or "false"
    not_given = f"f_{name} IS NULL AND NOT ({faults})"
    query.note(query.origin[name], not_given, f"no {name} given", "missing there, kept elsewhere", is_listed=False)


def _loose_meanings(recode: Mapping[str, object | None]) -> dict[str, object | None]:
    """The meaning of each word without regard to its spelling, unless spellings differ in meaning."""
    found: dict[str, set[object | None]] = {}
    for word, meaning in recode.items():
        found.setdefault(maps.without_spelling(word), set()).add(meaning)
    return {word: next(iter(meanings)) for word, meanings in found.items() if len(meanings) == 1}


def _without_spelling(text: str) -> str:
    """The SQL of `without_spelling`."""
    return f"lower(regexp_replace(regexp_replace({text}, '\\.0+$', ''), {sql.literal(_BLANKS)}, '_', 'g'))"


def _cases(text: str, recode: Mapping[str, object | None], kind: str) -> str:
    given = [(code, meaning) for code, meaning in recode.items() if meaning is not None]
    cases = " ".join(f"WHEN {sql.literal(code)} THEN {sql.literal(str(meaning))}" for code, meaning in given)
    return f"(CASE {text} {cases} END)::{kind}" if cases else f"NULL::{kind}"


# --- columns of yes or no ---


def _add_flag_words(query: VisitsQuery, name: str, words: maps.FlagColumns) -> None:
    code, found = maps.without_spelling(words.code), {column: query.text(column) for column in words.flags}
    for column in words.flags:
        _refuse_other_code(query, column, words.code)
    chosen = " ".join(
        f"WHEN {_without_spelling(found[column])} = {sql.literal(code)} THEN {sql.literal(word)}"
        for column, word in words.flags.items()
    )
    known = " AND ".join(f"{text} IS NOT NULL" for text in found.values())
    other = f"WHEN {known} THEN {sql.literal(words.otherwise)}" if words.otherwise else ""
    query.add_field(name, " + ".join(words.flags), f"CASE {chosen} {other} END")


def _refuse_other_code(query: VisitsQuery, column: str, code: str) -> None:
    """Refuse a column of yes or no that says yes in another way: it would say no in every row."""
    is_yes = f"{_without_spelling('t')} = {sql.literal(maps.without_spelling(code))}"
    n_words, n_yes = query.numbers(
        f"SELECT count(DISTINCT t), count(*) FILTER ({is_yes}) FROM (SELECT {query.known_text(column)} AS t "
        f"FROM {query.raw.name})"
    )
    if n_yes == 0 and n_words >= _FEWEST_WORDS:
        kind = f"no row holds the code {code!r} that means yes, and {n_words:,.0f} others stand there"
        query.error(column, kind, "set `code` beside `flags` to what means yes in this column")
