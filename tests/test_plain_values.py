"""What is read without the grammar of values is what the grammar reads."""

import pytest

from sim.config.hydra_bridge import OneValue
from sim.config.overrides import PLAIN_KEY, by_grammar, plain_value

WORDS = [
    *("a", "ab_1", "_x", "_", "__", "é", "NULL", "nulL", "None", "yes", "off", "True", "tRue", "nan", "NaN", "inf"),
    *("1", "0", "00", "01", "-1", "+1", "1_000", "0x10", "123456789012345678", "9999999999999999999", "1.0", "1."),
    *(".5", "1.50", "0.0", "00.5", "1e5", "1.e5", "0.1234567890123456789", "1.7976931348623157", "[a]", "[a,b]"),
    *("[1,2.5]", "[]", "[a,]", "[,]", "[[a],b]", "[null]", "choice", "interval", "range", "str", "int", "a.b", "a-b"),
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("key", ["a", "a.b.c", "null", "extend.list", "choice.a_1"])
def test_a_plain_value_is_what_the_grammar_reads_in_it(word: str, key: str) -> None:
    plain = plain_value(word)
    if plain is not None and PLAIN_KEY.fullmatch(key):
        read = by_grammar(key, word)
        assert isinstance(read, OneValue)
        assert repr(read.value) == repr(plain)


def test_most_of_what_people_type_is_plain() -> None:
    typed = ["run", "peer_added", "1.05", "20", "[traditional,peer_added]", "0.5"]
    assert all(plain_value(word) is not None for word in typed)
