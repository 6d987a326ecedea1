"""From a solution to where another run begins: at the same problem with other parameters, or at a later time.

A run whose time begins after that of the solution has its initial conditions from there; what the text says of them holds for
the first piece of time alone. Any other run has the solution as its first guess, stretched over its own domain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from pdedsl.numerics.polynomials import Expanded, many
from pdedsl.numerics.system import Block, System
from pdedsl.planning.plan import Plan
from pdedsl.problem.domain import Coordinate
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.fitting import fitted, renumbered
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.pieces import Pieces, continued
from pdedsl.spaces.placing import FEWEST, filled, low_discrepant
from pdedsl.spaces.space import Network, Polynomials, Size
from pdedsl.spaces.sums import Sum, summed
from pdedsl.stages.warm import Warm

SAME = 1e-9
"""The part of an interval by which two times differ at least."""
BEGIN = 0.6
"""The part of the degrees of a solution with which a run begins that starts from it."""


Sums = Mapping[str, tuple[tuple[str, ...], Sum]]
"""Each field: the names of its arguments, and its values."""


@dataclass(frozen=True, eq=False)
class Start:
    """A solution as sums of polynomials, and the network that it came from."""

    made: Callable[[], Sums]
    """The sums, when they are asked for: it takes a while to fit some."""
    intervals: Mapping[str, tuple[float, float]]
    """Of the coordinates."""
    network: Network | None = None
    parameters: np.ndarray | None = None
    sizes: Mapping[str, Size] | None = None
    """Of the fields, as the parameters have them."""
    warm: Warm | None = None
    """The solution in polynomials itself, while the process that found it goes on."""
    words: str = "began with the solution of another run"

    @cached_property
    def sums(self) -> Sums:
        return self.made()

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All but the network, as arrays."""
        found = {f"interval {name}": np.asarray(own) for name, own in self.intervals.items()}
        for name, (arguments, own) in self.sums.items():
            found[f"field {name}"] = np.asarray(arguments, str)
            found |= {f"{key} {name}": value for key, value in own.arrays.items()}
        return found


def restored(arrays: Mapping[str, np.ndarray]) -> Start:
    """The start that gave these arrays. Raises KeyError and ValueError for others."""
    names = [key.removeprefix("field ") for key in arrays if key.startswith("field ")]
    sums = {
        name: (
            tuple(map(str, arrays[f"field {name}"])),
            summed({k.rpartition(" ")[0]: v for k, v in arrays.items() if k.rpartition(" ")[2] == name}),
        )
        for name in names
    }
    intervals = {
        key.removeprefix("interval "): (float(own[0]), float(own[1]))
        for key, own in arrays.items()
        if key.startswith("interval ")
    }
    return Start(lambda: sums, intervals)


def kept(problem: Problem, plan: Plan, lowered: System, parameters: jax.Array, warm: Warm | None = None) -> Start:
    """A solution as a start of other runs."""
    with jax.enable_x64(True):
        u = lowered.model(jnp.asarray(parameters))
    intervals, held = _intervals(problem), list[tuple[Any, np.ndarray]]()
    for place in range(len(problem.fields)):
        expansion, coefficients = None, np.zeros(0)
        if isinstance(u, Expanded):
            expansion, coefficients = u.fields[place], np.asarray(u.coefficients[place])
        if isinstance(expansion, Pieces):  # the last one: later times begin at its end
            assert problem.time is not None
            coefficients, expansion = coefficients[expansion.starts[-2] :], expansion.parts[-1]
            intervals[problem.time.name] = expansion.interval(problem.domain.column(problem.time.symbol))
        held.append((expansion, coefficients))

    def sums() -> Sums:
        found, values = {}, many(u)
        for place, (field, (expansion, coefficients)) in enumerate(zip(problem.fields, held, strict=True)):
            plain = expansion is not None and expansion.built == Ansatz() and expansion.bounds.free
            made_of = expansion.basis if expansion is not None and plain else None
            if expansion is not None and isinstance(made_of, Basis):
                own = Sum(renumbered(made_of), coefficients, expansion.size)
            else:
                axes = [problem.domain.column(s) for s in field.arguments]
                own = fitted(problem, axes, lambda points, k=place: values(points)[:, k], lowered.sizes[field.name])
            found[field.name] = (tuple(s.name for s in field.arguments), own)
        return found

    found = Start(sums, intervals, warm=warm)
    if isinstance(u, Expanded):
        return found
    return replace(found, network=plan.network, parameters=np.asarray(parameters), sizes=lowered.sizes)


def expressed(problem: Problem, values: Mapping[str, sp.Expr], words: str) -> Start:
    """Expressions of the coordinates, by field, as a start, which is called so in the story of a run; zero where none is given."""

    def sums() -> Sums:
        found = {}
        for field in problem.fields:
            own = values.get(field.name, sp.S.Zero)

            def at(points: np.ndarray, own: Any = own) -> np.ndarray:
                return np.broadcast_to(np.asarray(evaluate(own, problem.domain.at(points)), float), (len(points),))

            axes = [problem.domain.column(s) for s in field.arguments]
            found[field.name] = (tuple(s.name for s in field.arguments), fitted(problem, axes, at, Size(0.0, 1.0)))
        return found

    return Start(sums, _intervals(problem), words=words)


def _intervals(problem: Problem) -> dict[str, tuple[float, float]]:
    return {c.name: bounds for c, bounds in zip(problem.coordinates, problem.bounds, strict=True)}


def started(problem: Problem, start: Start) -> Problem:
    """A problem with the initial conditions that a start gives, if its time begins later than that of the start.

    Raises ValueError where it gives none.
    """
    if warm_of(problem, start) is not None:
        return problem
    for field in problem.fields:
        own = start.sums.get(field.name)
        if own is None or own[0] != tuple(s.name for s in field.arguments):
            held = ", ".join(f"{name}({', '.join(arguments)})" for name, (arguments, _) in start.sums.items())
            arguments = ", ".join(s.name for s in field.arguments)
            raise ValueError(f"the run to start from has no field {field.name}({arguments}): it has {held}")
    if (later := _later(problem, start)) is None:
        return problem
    time, begin = later
    _, end = start.intervals[time.name]
    if begin > end + SAME * abs(end):
        raise ValueError(f"the run to start from ends at {time.name} = {end:g}, this one begins at {begin:g}")
    for coordinate, own in zip(problem.coordinates, problem.bounds, strict=True):
        if coordinate != time and not np.allclose(own, start.intervals[coordinate.name], rtol=1e-6):
            low, high = start.intervals[coordinate.name]
            raise ValueError(
                f"the run to start from has {coordinate.name} in [{low:g}, {high:g}], this one in {list(own)}"
            )
    found = continued(problem, min(begin, end), {name: own for name, (_, own) in start.sums.items()})
    if problem.text is not None and problem.own_text is not None:
        found = replace(found, text=replace(problem.text, says=found.key))  # with the start it says the same
    return found


def _later(problem: Problem, start: Start) -> tuple[Coordinate, float] | None:
    """The time of a problem and when it begins, if that is after a start does."""
    time = problem.time
    if time is None or time.name not in start.intervals:
        return None
    (low, high), begin = start.intervals[time.name], _intervals(problem)[time.name][0]
    return (time, begin) if begin > low + SAME * (high - low) else None


def warm_of(problem: Problem, start: Start | None) -> Warm | None:
    """The solution of a start itself, if its functions serve again."""
    warm = None if start is None else start.warm
    if start is None or warm is None or not warm.serves(problem) or _later(problem, start) is not None:
        return None
    return warm


def pinned(problem: Problem, plan: Plan, start: Start | None) -> Plan:
    """A plan with the sizes of fields of a start whose functions serve again."""
    warm = warm_of(problem, start) if plan.space == "auto" else None
    if warm is None:
        return plan
    return replace(plan, sizes=tuple((f.name, warm.sizes[f.name]) for f in problem.fields))


def told(problem: Problem, start: Start | None) -> tuple[str, ...]:
    """What a run has from a start, in words."""
    if start is None:
        return ()
    if (later := _later(problem, start)) is None:
        return (start.words,)
    time, begin = later
    return (f"initial conditions: another run at {time.name} = {begin:g}",)


def guess(problem: Problem, start: Start, points: np.ndarray) -> np.ndarray:
    """The fields that a start says at points of shape (n, d), shape (n, number of fields).

    Over another domain it is stretched; at later times it stays as it was at the last.
    """
    later, at = _later(problem, start), {}
    for column, (coordinate, (low, high)) in enumerate(zip(problem.coordinates, problem.bounds, strict=True)):
        own = points[:, column]
        if coordinate.name in start.intervals:
            first, last = start.intervals[coordinate.name]
            if later is not None and coordinate == later[0]:
                own = np.full(len(points), min(low, last))
            elif (first, last) != (low, high):
                own = first + (last - first) * (own - low) / (high - low)
        at[coordinate.name] = own
    found = []
    for field in problem.fields:
        names, own = start.sums[field.name]
        found.append(np.broadcast_to(own([at[name] for name in names], (0,) * len(names)), (len(points),)))
    return np.stack(found, axis=1)


def space_of(problem: Problem, start: Start) -> Polynomials | None:
    """The polynomials to begin with from a start; None where it says nothing of them."""
    if _later(problem, start) is not None:
        return None
    degrees = []
    for coordinate in problem.coordinates:
        numbers = [
            -(-own.basis.most[names.index(coordinate.name)] // (2 if coordinate.periodic else 1))
            for names, own in start.sums.values()
            if coordinate.name in names
        ]
        degrees.append(max(1, round(BEGIN * max(numbers, default=1))))
    return Polynomials(tuple(degrees), "total" if len(degrees) > 1 else None)


def agrees(problem: Problem, plan: Plan, start: Start) -> bool:
    """Whether the parameters of a start are those of the network of a plan."""
    same = start.intervals == _intervals(problem) and start.network == plan.network
    return same and start.parameters is not None


def to_fit(problem: Problem, lowered: System, start: Start) -> System:
    """The system of a network that is to have the values of a start."""
    points = filled(problem.domain, max(FEWEST, 2 * lowered.start.size // len(problem.fields)), low_discrepant(0.0))
    spread = np.asarray([lowered.sizes[f.name].spread for f in problem.fields])
    block = Block(
        "start",
        residual=lambda u, x: jnp.reshape(u(x), (-1,)),
        weight=1.0,
        points=points,
        size=spread,
        targets=guess(problem, start, points),
    )
    return replace(lowered, blocks=(block,), programs={})  # compiled ones are of other blocks
