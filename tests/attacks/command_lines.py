"""Hostile words: numbers beyond reason, words without end, and characters that are none."""

from tests.attacks.attack import Attack, accepted, family, refused, refused_or_accepted, refused_with_number

words = family("command line")
RUN = "--dry-run study=run"


def number(what: str, word: str, *texts: str, resource: bool = False) -> Attack:
    """A word with a number that makes no sense, or that no machine could play."""
    expected = refused_with_number if resource else refused
    return words(what, f"{RUN} {word}", expected(*(texts or (word.partition("=")[0],))))


ALL: list[Attack] = [
    words("a key twice", f"{RUN} study.weeks=1 study.weeks=2", accepted("4 weeks")),
    words("a group twice", f"{RUN} staffing=peer_added staffing=traditional", accepted("traditional")),
    number("a thousand million replications", "study.replications=1000000000", "replications", resource=True),
    number("a thousand million weeks", "study.weeks=1000000000", "weeks", resource=True),
    number("weeks beyond 64 bits", "study.weeks=99999999999999999999", "weeks", resource=True),
    number("a thousand million weeks of warm-up", "study.warm_up_weeks=1000000000", "weeks", resource=True),
    number("a thousand million days of follow-up", "study.follow_up_days=1000000000", "follow-up", resource=True),
    number("ten million million visits a year", "demand.visits_per_year=1e13", "visits", resource=True),
    words(
        "a million replications kept visit by visit",
        "--dry-run study.replications=1000000 study.visits=true",
        refused_with_number("replications"),
    ),
    words("a long study, played", "study=run study.weeks=1000000000 output=out", refused_with_number("weeks")),
    words(
        "a study of many, played",
        "study=run study.replications=1000000000 output=out",
        refused_with_number("replications"),
    ),
    number("growth as a per cent", "demand.growth=110", "growth", "1.1"),
    number("growth of a thousand", "demand.growth=1000", "growth"),
    number("levels as per cents", "study.demand_levels=[95,100,105]", "demand_levels"),
    number("growth that is no number", "demand.growth=nan"),
    number("growth beyond all numbers", "demand.growth=inf"),
    number("growth below nothing", "demand.growth=-1"),
    number("no growth", "demand.growth=0"),
    number("growth in Arabic digits", "demand.growth=١"),
    number("weeks in wide digits", "study.weeks=１２"),
    number("weeks as a fraction", "study.weeks=1.5"),
    number("weeks as a truth", "study.weeks=true"),
    number("no weeks", "study.weeks=0"),
    number("a seed below nothing", "seed=-1"),
    number("a seed of 64 bits", "seed=9223372036854775808"),
    number("a seed as a fraction", "seed=1.5"),
    number("a share above one", "demand.mental_health_share=2"),
    number("no level", "study.demand_levels=[]"),
    number("a level twice", "study.demand_levels=[1.0,1.0]", "demand_levels"),
    number("a confidence of one", "study.confidence=1"),
    number("a confidence that is no number", "study.confidence=nan"),
    number("workers below nothing", "executor.workers=-1"),
    words("a million workers", f"{RUN} study.weeks=1 executor.workers=1000000", refused_or_accepted("workers")),
    words("a word of a hundred thousand letters", (*RUN.split(), "a" * 100_000), refused("key=value")),
    words("a key of a hundred thousand letters", (*RUN.split(), f"demand.{'a' * 100_000}=1"), refused("demand")),
    words("a value of a hundred thousand letters", (*RUN.split(), f"staffing={'a' * 100_000}"), refused("staffing")),
    words(
        "a label of a hundred thousand letters",
        (*RUN.split(), f"staffing.label={'a' * 100_000}"),
        refused_or_accepted("label"),
    ),
    words("a number of a hundred thousand digits", (*RUN.split(), f"seed={'9' * 100_000}"), refused("seed")),
    words("ten thousand words", (*RUN.split(), *("demand.growth=1.01" for _ in range(10_000))), accepted("about")),
    words("a hundred wrong words", (*RUN.split(), *(f"demand.no{n}=1" for n in range(100))), refused("demand.no1")),
    words("five thousand brackets", (*RUN.split(), "study.demand_levels=" + "[" * 5000), refused("demand_levels")),
    words(
        "five thousand brackets, closed",
        (*RUN.split(), "study.demand_levels=" + "[" * 5000 + "1" + "]" * 5000),
        refused("demand_levels"),
    ),
    words("a quote that is not closed", (*RUN.split(), "staffing.label='abc"), refused("staffing.label")),
    words("quotes in quotes", (*RUN.split(), 'staffing.label="\'\\"\'"'), refused_or_accepted("staffing.label")),
    words("an escape character as key", (*RUN.split(), "\x1b]0;owned\x07=1"), refused("key=value")),
    words("an escape character as value", (*RUN.split(), "staffing=\x1b[31m"), refused("staffing")),
    words("an escape character as option", (*RUN.split(), "--\x1b[31m"), refused("option")),
    words("a name written backwards", (*RUN.split(), "staffing=\u202egnitsap"), refused("staffing")),
    words("a line end in a key", (*RUN.split(), "staffing\nx=1"), refused("key=value")),
    words("a character that is none", (*RUN.split(), "staffing=\udcff"), refused("UTF-8")),
    words("a key that is no character", (*RUN.split(), "\udcff=1"), refused("UTF-8")),
    words("an empty word", (*RUN.split(), ""), refused("key=value")),
    words("nothing but =", (*RUN.split(), "="), refused("key=value")),
    words("an option without its folder", "--dry-run --config-dir", refused("--config-dir")),
    words("an unknown option", "--dry-run --exec=ls", refused("--exec")),
    words("a choice taken out", f"{RUN} '~staffing.nurse'", refused("nurse")),
    words("markup of a terminal", (*RUN.split(), "[/blue]=1"), refused("[/blue]")),
    words("markup as value", (*RUN.split(), "staffing='[/blue]'"), refused("[/blue]")),
    words("an assignment of Python", (*RUN.split(), "demand.__class__.__init__=1"), refused("demand")),
    words("a private name", (*RUN.split(), "study.__dict__=1"), refused("study")),
    words("an unknown study", "--dry-run study=../../outside/secret", refused("study")),
    words(
        "a break-even over all numbers",
        "--dry-run study=breakeven staffing=peer_added study.range=[0.1,1e300]",
        refused("range"),
    ),
    words(
        "a precision of nothing",
        "-m --dry-run staffing=traditional,peer_added 'study.precision={lwbs.all:{half_width:0}}'",
        refused("precision"),
    ),
    words("a seed for each digit", f"{RUN} seed=0x10", refused("seed")),
]
