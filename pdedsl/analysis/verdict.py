"""From a run to a verdict with its reasons: solved, rough or not solved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from pdedsl.analysis.defect import Defect, Estimate
from pdedsl.analysis.family import Family
from pdedsl.analysis.resonance import resonances
from pdedsl.analysis.uncertainty import Identified
from pdedsl.geometry.points import inside, random
from pdedsl.numerics.lower import Callee
from pdedsl.numerics.polynomials import Expanded, many
from pdedsl.numerics.programs import program
from pdedsl.problem.moving import met
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field
from pdedsl.solver.minimise import FEW
from pdedsl.solver.record import Record
from pdedsl.spaces.space import Size

Word = Literal["solved", "rough", "not solved"]

FINE, COARSE = 1e-3, 0.1
"""Of the variation of a field: an error up to which it is solved, and from which it is not."""
CONTRADICTED, HELD = 1e-2, 1e-6
"""What is missed of a statement where functions hold it to a `HELD` part of that: then no functions hold it."""
UNEXPLAINED = 0.5
"""The part of a misfit from which an estimate has not seen it."""
UNSEEN = 1e-4
"""What an estimate may leave unseen, in units of a statement's size: problems make ten times as much of it."""
MISSED = 0.3
"""Of what the terms of a statement are worth: a misfit that is as large as its own data."""
CONSTANT = 1e-3
"""Of the spread that the data ask for: a variation that is none."""
STEPS = 0.5
"""The part of the changes along lines that slopes do not account for."""
OVERFITTED = 100.0
"""The loss on fresh points over that on those of the training."""
SEGMENTS, NODES, LENGTH = 128, 64, 0.05
"""Lines along which values and slopes are compared: how many, points of a rule on each, part of the domain."""
_SEED = 20_010_911
"""Apart from all seeds of runs, so that these points are never trained on."""


@dataclass(frozen=True)
class Reason:
    """What speaks against a solution, in words."""

    words: str
    fatal: bool
    """Whether nothing is solved then."""


@dataclass(frozen=True)
class Verdict:
    """Whether to trust a solution, and why not."""

    word: Word
    reasons: tuple[str, ...] = ()
    measured: bool = False
    """Whether data leave something unknown."""

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons, or what holds where there are none."""
        within = ", or within what the data leave unknown" if self.measured else ""
        return self.reasons or (f"every error, known or estimated, is below {FINE:g}{within}",)

    def __str__(self) -> str:
        return f"{self.word}: {'; '.join(self.why)}"


@dataclass(frozen=True)
class Evidence:
    """What is known of a run that ended."""

    problem: Problem
    u: Callee
    sizes: Mapping[str, Size]
    defect: Defect
    estimates: Sequence[Estimate]
    errors: Mapping[str, float]
    """Relative to the variation, of the fields with a known solution."""
    losses: Mapping[str, float]
    """On the points of the training, by statement."""
    last: Record | None
    identified: Identified | None = None
    """What data say of unknowns."""
    families: Sequence[Family] = ()
    """Errors over swept parameters."""


@jax.enable_x64(True)
def judge(run: Evidence) -> Verdict:
    """The verdict on a run; what is known of its error says more than what is estimated."""
    known = [Reason(words, size > COARSE) for words, size in _sizes_of(_beyond(run), "against its known solution")]
    unknown = {e.field: e.relative for e in run.estimates if e.field not in run.errors}
    reasons = [*known, *(Reason(words, size > COARSE) for words, size in _sizes_of(unknown, "by the estimate"))]
    reasons += [*_met(run), *_identified(run), *_uneven(run)]
    if unknown or not run.estimates:
        reasons += [*_unseen(run), *_missed(run), *_contradicted(run), *_dead(run), *_fresh(run)]
    reasons += _singular(run) if reasons else ()
    word: Word = "not solved" if any(r.fatal for r in reasons) else "rough" if reasons else "solved"
    return Verdict(word, tuple(r.words for r in reasons), run.identified is not None and bool(run.identified.fits))


def _uneven(run: Evidence) -> Iterator[Reason]:
    """Families of which some are solved far worse than others, or not to what a solution is."""
    for own in run.families:
        if own.uneven or own.worst > FINE:
            words = (
                f"{own.field} is off by {own.worst:.1e} at {own.where}, {own.worst / own.median:.0f} times the median"
            )
            yield Reason(words, False)


def _singular(run: Evidence) -> Iterator[Reason]:
    """Values of swept parameters at which there is no solution, or there are many."""
    for name, value in resonances(run.problem):
        yield Reason(f"at {name} = {value:.4g} the problem is singular: it has no solution there, or many", True)


def _sizes_of(errors: Mapping[str, float], how: str) -> Iterator[tuple[str, float]]:
    """Errors that are not small, in words."""
    for name, size in errors.items():
        if not size <= FINE:
            yield f"{name} is off by {size:.1e} of its variation, {how}", size if np.isfinite(size) else np.inf


def _beyond(run: Evidence) -> dict[str, float]:
    """Known errors that are larger than what data leave unknown explains."""
    bands = {} if run.identified is None else run.identified.bands
    spreads = (
        {f.name: float(np.std(own)) for f, own in zip(run.problem.fields, _probed(run).T, strict=True)} if bands else {}
    )
    return {
        name: size
        for name, size in run.errors.items()
        if size <= FINE or not size * spreads.get(name, 1.0) <= WITHIN * bands.get(name, 0.0)
    }


def _probed(run: Evidence) -> np.ndarray:
    """All fields at some points."""
    return many(run.u)(inside(run.problem.domain, sp.true, SEGMENTS, random(np.random.default_rng(_SEED))))


def _identified(run: Evidence) -> Iterator[Reason]:
    """What data contradict, and what they do not say."""
    if run.identified is None:
        return
    for number in run.identified.numbers:
        if number.at_bound:
            # without data it is a condition that is not met there
            yield Reason(f"{number.name} = {number.value:.4g} is at its bound", not run.identified.fits)
        elif np.isinf(number.error):
            yield Reason(f"nothing determines {number.name}: the data are the same whatever it is", True)
        elif number.vague:
            yield Reason(f"{number.name} is hardly determined: {number.value:.3g} +- {number.error:.1e}", False)
    sizes = np.sqrt(np.mean(_probed(run) ** 2, axis=0)) if run.identified.bands else ()
    for own, size in zip(run.problem.fields, sizes, strict=False):
        if own.sought is None or not own.arguments:
            continue
        if np.isinf(run.identified.bands[own.name]):
            yield Reason(f"the data do not determine {own.name} everywhere", True)
        elif run.identified.bands[own.name] > size:
            yield Reason(f"{own.name} is hardly determined: its band is wider than it is large", False)
    for curve in run.identified.curves:
        if curve.band > curve.size:
            yield Reason(f"{curve.name} is hardly determined: its band is wider than it is large", False)
    if run.identified.away > COARSE:
        words = f"with what was found, but without the data, the solution is {run.identified.away:.0%} of its variation away"
        yield Reason(f"{words}: the data bend the statements", True)
    for fit in run.identified.fits:
        if fit.surprising:
            words = f"`{fit.statement}` is missed by {fit.square**0.5:.1f} times its noise: the model, or the noise, is another"
            yield Reason(words, fit.square > FAR)


WITHIN, FAR = 3.0, 100.0
"""Standard deviations within which an error is explained by noise; the mean square of what is left of data, over their noise, from
which they are not met at all.
"""


def _met(run: Evidence) -> Iterator[Reason]:
    """Moving ends between which nothing is left."""
    found = met(run.problem, many(run.u))
    if found is not None and run.problem.time is not None:
        name, time = found
        words = f"the ends of {name} meet at {run.problem.time.name} = {time:.3g}: end the run before"
        yield Reason(words, True)


def _unseen(run: Evidence) -> Iterator[Reason]:
    """Why the estimate does not see all of the error."""
    if any(d.code == "W602" for d in run.problem.warnings):
        yield Reason("a coefficient jumps (W602): what happens there is in no residual, so the estimate is void", True)
    left = {name: part * run.defect.missed[name] for name, part in run.defect.unexplained.items() if part > UNEXPLAINED}
    if unseen := [name for name, size in left.items() if size > UNSEEN]:
        names = ", ".join(f"`{name}`" for name in unseen)
        words = f"the estimate is void: it does not see most of what is missed of {names}"
        yield Reason(words, max(left.values()) > COARSE)


def _missed(run: Evidence) -> Iterator[Reason]:
    """Statements that are missed by what they are about."""
    for name, size in run.defect.missed.items():
        if not size <= MISSED:
            yield Reason(f"`{name}` is missed by {size:.0%} of what its terms are worth", True)


def _contradicted(run: Evidence) -> Iterator[Reason]:
    """Statements that are missed though the solution no longer changes: together with the others nothing satisfies them."""
    off = max((e.relative for e in run.estimates), default=np.inf)
    missed = [n for n, size in run.defect.missed.items() if CONTRADICTED < size <= MISSED and off < HELD * size]
    if missed:
        names = " and ".join(f"`{name}`" for name in missed)
        yield Reason(
            f"{names} cannot be satisfied with the others: more functions change nothing of what is missed", True
        )


def _fresh(run: Evidence) -> Iterator[Reason]:
    """Points that were learned by heart."""
    for name, size in run.defect.missed.items():
        trained = (2 * run.losses[name]) ** 0.5 if name in run.losses else size
        if size > FINE and size > OVERFITTED**0.5 * trained > 0:
            words = (
                f"`{name}` is missed {size / trained:.6g} times as far between the points of the training: more points"
            )
            yield Reason(words, False)


def _dead(run: Evidence) -> Iterator[Reason]:
    """Fields that became constants or staircases, and networks of which nothing moves."""
    problem, last = run.problem, run.last
    if last is not None and 0 < last.rank <= FEW and max(run.defect.missed.values(), default=0.0) > FINE:
        yield Reason(f"the network moves in {last.rank} directions only: another seed, or another network", True)
    low, high = np.asarray(problem.bounds, float).T
    generator = np.random.default_rng(_SEED)
    if isinstance(run.u, Expanded):  # which is smooth, and no staircase
        values = run.u.values(inside(problem.domain, sp.true, SEGMENTS, random(generator)))
        for place, unknown in _fields(problem):
            if np.std(values[:, place]) < CONSTANT * run.sizes[unknown.name].spread and _varies(run, unknown.name):
                yield Reason(f"{unknown.name} came out as a constant", True)
        return
    starts = inside(problem.domain, sp.true, SEGMENTS, random(generator))
    ways = LENGTH * (high - low) * generator.uniform(-1, 1, starts.shape)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    along = jnp.asarray((nodes + 1) / 2)

    def line(start: jax.Array, way: jax.Array) -> tuple[jax.Array, jax.Array]:
        def value(s: jax.Array) -> jax.Array:
            return jnp.reshape(run.u(start + s * way), (-1,))

        slopes = jax.vmap(lambda s: jax.jvp(value, (s,), (jnp.ones_like(s),))[1])(along)
        ends = jnp.stack([value(jnp.zeros(())), value(jnp.ones(()))])
        return ends, jnp.tensordot(jnp.asarray(weights / 2), slopes, axes=1)

    ends, integrals = map(np.asarray, program(jax.vmap(line))(jnp.asarray(starts), jnp.asarray(ways)))
    for place, unknown in _fields(problem):
        own, change = ends[:, 0, place], ends[:, 1, place] - ends[:, 0, place]
        if not np.isfinite(ends[..., place]).all():
            yield Reason(f"{unknown.name} is not a number at some points", True)
        elif np.std(own) < CONSTANT * run.sizes[unknown.name].spread and _varies(run, unknown.name):
            yield Reason(f"{unknown.name} came out as a constant", True)
        elif np.abs(change - integrals[:, place]).sum() > STEPS * np.abs(change).sum() > 0:
            yield Reason(f"{unknown.name} is a staircase: it changes between points and has no slope there", True)


def _fields(problem: Problem) -> list[tuple[int, Field]]:
    """The fields that may vary, with their places."""
    return [(place, own) for place, own in enumerate(problem.fields) if own.arguments]


def _varies(run: Evidence, name: str) -> bool:
    """Whether the data ask for a field that is no constant: the misfit of a constant shows that."""
    expression = next(f.expression for f in run.problem.fields if f.name == name)
    own = [s.name for s in run.problem.statements if any(r.has(expression) for r in s.residual)]
    return any(run.defect.missed.get(statement, 0.0) > FINE for statement in own)
