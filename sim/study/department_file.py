"""A calibrated department as a configuration: the one it starts from with what a file told put in its place.

What was told is `visit_estimates`. The whole department is written, not its differences, for a family of distributions
cannot be changed by merging keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sim.department.department import Department
from sim.study.lifetimes import EXPONENTIAL, GAMMA, LOGNORMAL, LifetimeFit, Parameter
from sim.study.patience_fit import PatienceFit
from sim.study.return_fit import ReturnFit
from sim.study.share_estimates import Shares, round_to_total
from sim.study.visit_estimates import VisitEstimates

LEVELS = (1, 2, 3, 4, 5)
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One key of the department that was estimated, with its error, and what it was before."""

    key: str
    value: float
    standard_error: float
    before: float | None

    def line(self) -> str:
        was = "" if self.before is None else f", before {self.before:g}"
        return f"{self.key} = {self.value:.5g}, SE {self.standard_error:.2g}{was}"


@dataclass(frozen=True, slots=True)
class DepartmentFile:
    """The configuration as data, and which keys of it were estimated."""

    name: str
    data: Plain
    told: tuple[Told, ...]
    about: tuple[str, ...]

    def department(self) -> Department:
        """The same, checked."""
        return Department.model_validate(self.data)

    def yaml_text(self) -> str:
        head = (
            f"# department={self.name}: estimated from a visits file where the file tells, else as it was before.",
            "# Written by `peered study=calibrate`: change the visits file or its column map, not this file.",
            *(f"# {line}" for line in self.about),
            "# Estimated from the file:" if self.told else "# Nothing of the department could be estimated.",
            *(f"#   {item.line()}" for item in self.told),
        )
        body = yaml.safe_dump(self.data, sort_keys=False, allow_unicode=True, width=120)
        return "\n".join(head) + "\n" + body


def department_file(
    name: str, base: Department, estimates: VisitEstimates, about: tuple[str, ...] = ()
) -> DepartmentFile:
    """Put what was estimated into the department."""
    data: Plain = base.model_dump(mode="json")
    data["name"] = name
    told: list[Told] = []
    for stream, plain in data["streams"].items():
        told += _ages(stream, plain, estimates.ages)
        told += _modes(stream, plain, estimates.modes)
        told += _admission(stream, plain, estimates.admission)
        if estimates.patience is not None:
            told += _patience(stream, plain, estimates.patience)
        if stream in estimates.returns:
            told += _returns(stream, plain, estimates.returns[stream])
    found = DepartmentFile(name, data, tuple(told), about)
    found.department()
    return found


def _ages(stream: str, plain: Plain, ages: Mapping[str, Shares]) -> Iterator[Told]:
    if stream not in ages:
        return
    shares, before = round_to_total(ages[stream].share, 1), plain["age_shares"]
    plain["age_shares"] = list(shares)
    for place, share in enumerate(shares):
        error = float(ages[stream].standard_error[place])
        yield Told(f"streams.{stream}.age_shares[{place}]", share, error, before[place])


def _modes(stream: str, plain: Plain, modes: Mapping[str, Shares]) -> Iterator[Told]:
    if stream not in modes:
        return
    for place, key in ((1, "ambulance_share"), (2, "police_share")):
        before, share = plain[key], round(float(modes[stream].share[place]), 5)
        plain[key] = share
        yield Told(f"streams.{stream}.{key}", share, float(modes[stream].standard_error[place]), before)


def _admission(stream: str, plain: Plain, admission: Mapping[int, Shares]) -> Iterator[Told]:
    """Transfers count as admissions, as in the department as shipped."""
    if not admission:
        return
    for step in plain["pathway"]:
        if step["kind"] != "dispose":
            continue
        before = step["admission"] if isinstance(step["admission"], list) else [step["admission"]] * len(LEVELS)
        step["admission"] = list(before)
        step["transfer"] = 0.0
        for level, shares in admission.items():
            share = round(float(shares.share[1]), 5)
            step["admission"][level - 1] = share
            key = f"streams.{stream}.pathway.{step['name']}.admission[CTAS {level}]"
            yield Told(key, share, float(shares.standard_error[1]), before[level - 1])


def _patience(stream: str, plain: Plain, found: PatienceFit) -> Iterator[Told]:
    """Held visits are not known in a file: `never_leaves` is of everybody, and not under the share that is held."""
    patience, key = plain["patience"], f"streams.{stream}.patience"
    if found.never_is_known:
        before = patience["never_leaves"]
        patience["never_leaves"] = round(found.fit.never, 5)
        yield Told(f"{key}.never_leaves", found.fit.never, found.fit.parameters()[-1].standard_error, before)
    else:
        patience["never_leaves"] = round(found.fit.never, 5)
    patience["minutes"] = written(found.fit, found.levels)
    for parameter in found.fit.parameters():
        if parameter.name != "never":
            yield Told(
                f"{key}.minutes.{_place(parameter, found.levels)}", parameter.value, parameter.standard_error, None
            )


def _returns(stream: str, plain: Plain, found: ReturnFit) -> Iterator[Told]:
    """Without errors nothing is written: the file did not tell."""
    if not found.fit.identified:
        return
    before = plain["returns"] or {}
    days = before.get("prelude_days") or round(10.0 * float(found.fit.quantiles(0.9)))
    plain["returns"] = {**before, "frail_share": 0.0, "frailty": 1.0, "prelude_days": float(days)}
    for parameter in found.parameters():
        plain["returns"][parameter.name] = float(f"{parameter.value:.6g}")
        key = f"streams.{stream}.returns.{parameter.name}"
        yield Told(key, parameter.value, parameter.standard_error, before.get(parameter.name))


def written(fit: LifetimeFit, levels: tuple[int, ...]) -> Plain:
    """A family as `sim.department.quantities` holds it; a level the file does not tell takes its neighbour's scale."""
    nearest = [min(range(len(levels)), key=lambda group: abs(levels[group] - level)) for level in LEVELS]
    scale = [float(f"{fit.scale[group]:.6g}") for group in nearest]
    shape = float(f"{fit.shape:.6g}")
    if fit.family == EXPONENTIAL:
        return {"family": "exponential", "mean": scale}
    if fit.family == GAMMA:
        return {"family": "gamma", "mean": scale, "cv": shape}
    if fit.family == LOGNORMAL:
        return {"family": "lognormal_median", "median": scale, "log_sd": shape}
    return {"family": "weibull", "shape": shape, "scale": scale}


def _place(parameter: Parameter, levels: tuple[int, ...]) -> str:
    return parameter.name if parameter.group < 0 else f"{parameter.name}[CTAS {levels[parameter.group]}]"
