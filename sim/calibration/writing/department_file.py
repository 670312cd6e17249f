"""The configuration of a calibrated department: a base department with the estimates of a visits file in their places.

The whole department is written, not its differences, for a family of distributions cannot be changed by merging keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sim.calibration.estimators import step_minutes
from sim.calibration.estimators.patience import PatienceFit
from sim.calibration.estimators.returns import ReturnFit
from sim.calibration.estimators.shares import Shares, round_to_total
from sim.calibration.estimators.step_minutes import StepMinutes
from sim.calibration.estimators.streams import EVERY_STREAM, of_stream
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.department.department import Department
from sim.department.quantities import ACUITIES
from sim.statistics.lifetimes import LifetimeFit


@dataclass(frozen=True, slots=True)
class EstimatedKey:
    """One key of the department that was estimated, with its error, and what it was before."""

    key: str
    value: float
    standard_error: float
    before: float | None
    remark: str = ""

    def line(self) -> str:
        was = "" if self.before is None else f", before {self.before:g}"
        return f"{self.key} = {self.value:.5g}, SE {self.standard_error:.2g}{was}{self.remark}"


def share_remark(shares: Shares, place: int) -> str:
    """Of a share of none or of all, where its error is from and its 95 % interval; empty for any other."""
    share = float(shares.share[place])
    if 0.0 < share < 1.0:
        return ""
    low, high = (float(ends[place]) for ends in shares.interval())
    whose = "none" if share <= 0.0 else "all"
    return f" ({whose} of {shares.n:,}: SE of Agresti and Coull, 95 % interval of Wilson {low:.4f} to {high:.4f})"


@dataclass(frozen=True, slots=True)
class DepartmentFile:
    """The configuration as data, and which keys of it were estimated; `about` begins with which streams they are of."""

    name: str
    data: dict[str, Any]
    estimated: tuple[EstimatedKey, ...]
    about: tuple[str, ...]
    minutes: tuple[str, ...] = ()
    """Of each distribution that was put in: where it is from, and which family fits or that none does."""

    def department(self) -> Department:
        """The same, checked."""
        return Department.model_validate(self.data)

    def yaml_text(self) -> str:
        first, *about = self.about or ("",)
        head = (
            f"# department={self.name}{', ' if first else ''}{first}",
            "# Estimated from a visits file where the file tells, else as it was before.",
            "# Written by `peered study=calibrate`: change the visits file or its column map, not this file.",
            *(f"# {line}" for line in about),
            "# Estimated from the file:" if self.estimated else "# Nothing of the department could be estimated.",
            *(f"#   {item.line()}" for item in self.estimated),
        )
        if self.minutes:
            title = "# Distributions (unit: minutes; source: the file above; grade A, seen in the source):"
            head += (title, *(f"#   {line}" for line in self.minutes))
        body = yaml.safe_dump(self.data, sort_keys=False, allow_unicode=True, width=120)
        return "\n".join(head) + "\n" + body


def department_file(
    name: str, base: Department, estimates: VisitEstimates, about: tuple[str, ...] = ()
) -> DepartmentFile:
    """Put what was estimated into the department."""
    data: dict[str, Any] = base.model_dump(mode="json")
    data["name"] = name
    keys: list[EstimatedKey] = []
    minutes: list[str] = []
    for stream, plain in data["streams"].items():
        keys += _ages(stream, plain, estimates.ages)
        keys += _modes(stream, plain, estimates.modes)
        keys += _admission(stream, plain, of_stream(estimates.admission, stream) or {})
        if (patience := of_stream(estimates.patience, stream)) is not None:
            keys += _patience(stream, plain, patience)
            if patience.test is not None:
                minutes.append(f"streams.{stream}.patience.minutes: {patience.test.verdict()}")
        if stream in estimates.returns:
            keys += _returns(stream, plain, estimates.returns[stream])
        for place, step in enumerate(base.streams[stream].pathway):
            names = ((which, step.name) for which in (stream, EVERY_STREAM))
            of_step = next((estimates.steps[name] for name in names if name in estimates.steps), None)
            if of_step is not None and step_minutes.is_measurable(step):
                key = f"streams.{stream}.pathway.{step.name}.minutes"
                plain["pathway"][place]["minutes"] = of_step.written()
                minutes.append(f"{key}: {of_step.statement()}")
                keys += _minutes(key, of_step)
    found = DepartmentFile(name, data, tuple(keys), about, tuple(minutes))
    found.department()
    return found


def _ages(stream: str, plain: dict[str, Any], ages: Mapping[str, Shares]) -> Iterator[EstimatedKey]:
    if stream in ages:
        before, plain["age_shares"] = plain["age_shares"], list(round_to_total(ages[stream].share, 1))
        errors = ages[stream].standard_error.tolist()
        for place, (share, error, was) in enumerate(zip(plain["age_shares"], errors, before, strict=True)):
            remark = share_remark(ages[stream], place)
            yield EstimatedKey(f"streams.{stream}.age_shares[{place}]", share, error, was, remark)


def _modes(stream: str, plain: dict[str, Any], modes: Mapping[str, Shares]) -> Iterator[EstimatedKey]:
    for place, key in ((1, "ambulance_share"), (2, "police_share")):
        share = round(float(modes[stream].share[place]), 5) if stream in modes else 0.0
        if share > 0.0:
            before, plain[key] = plain[key], share
            yield EstimatedKey(f"streams.{stream}.{key}", share, float(modes[stream].standard_error[place]), before)


def _admission(stream: str, plain: dict[str, Any], admission: Mapping[int, Shares]) -> Iterator[EstimatedKey]:
    """Transfers count as admissions, as in the department as shipped."""
    for step in plain["pathway"] if admission else ():
        if step["kind"] != "dispose":
            continue
        before = step["admission"] if isinstance(step["admission"], list) else [step["admission"]] * len(ACUITIES)
        step["admission"] = list(before)
        step["transfer"] = 0.0
        for level, shares in admission.items():
            share = round(float(shares.share[1]), 5)
            step["admission"][level - 1] = share
            key = f"streams.{stream}.pathway.{step['name']}.admission[CTAS {level}]"
            error = float(shares.standard_error[1])
            yield EstimatedKey(key, share, error, before[level - 1], share_remark(shares, 1))


def _patience(stream: str, plain: dict[str, Any], found: PatienceFit) -> Iterator[EstimatedKey]:
    """Held visits are not known in a file: `never_leaves` is of everybody, and not under the share that is held."""
    patience, key = plain["patience"], f"streams.{stream}.patience"
    before, patience["never_leaves"] = patience["never_leaves"], round(found.fit.never, 5)
    if found.never_is_known:
        yield EstimatedKey(f"{key}.never_leaves", found.fit.never, found.fit.parameters()[-1].standard_error, before)
    patience["minutes"] = step_minutes.family_written(found.fit, found.levels)
    yield from _parameters(f"{key}.minutes", found.fit, found.levels)


def _returns(stream: str, plain: dict[str, Any], found: ReturnFit) -> Iterator[EstimatedKey]:
    """Without errors nothing is written: the law is not identified."""
    if not found.fit.identified:
        return
    before = plain["returns"] or {}
    days = before.get("prelude_days") or round(10.0 * float(found.fit.quantiles(0.9)))
    plain["returns"] = {**before, "frail_share": 0.0, "frailty": 1.0, "prelude_days": float(days)}
    for parameter in found.parameters():
        plain["returns"][parameter.name] = float(f"{parameter.value:.6g}")
        key = f"streams.{stream}.returns.{parameter.name}"
        yield EstimatedKey(key, parameter.value, parameter.standard_error, before.get(parameter.name))


def _minutes(key: str, found: StepMinutes) -> Iterator[EstimatedKey]:
    """Parameters of the family; of an empirical distribution its means, which are no keys but have errors."""
    if found.written_fit is not None:
        yield from _parameters(key, found.written_fit, found.levels)
        return
    for group, ((_, error), mean) in enumerate(zip(found.observed_means, found.means(), strict=True)):
        level = f" of CTAS {found.levels[group]}" if found.levels else ""
        yield EstimatedKey(f"mean{level} of {key}", mean, error, None)


def _parameters(key: str, fit: LifetimeFit, levels: tuple[int, ...]) -> Iterator[EstimatedKey]:
    """Those of a family at a key, each level's scale by its level."""
    for each in fit.parameters():
        place = f"[CTAS {levels[each.group]}]" if each.group >= 0 and levels else ""
        if each.name != "never":
            yield EstimatedKey(f"{key}.{each.name}{place}", each.value, each.standard_error, None)
