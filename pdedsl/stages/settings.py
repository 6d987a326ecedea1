"""From the choices of a spec to the objects that carry them out, defaults filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from pdedsl.meaning.choices import complete, defaults, plans
from pdedsl.numerics.network import Architecture
from pdedsl.numerics.sampling import Kind, Plan
from pdedsl.planning.cost import cost
from pdedsl.problem.problem import Call, Choice, Problem
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.baselines import Bfgs, GradientDescent, Optax
from pdedsl.solver.cutoff import Custom, Decay, Fixed, HeldOut, Multi, Schedule, Trust
from pdedsl.solver.method import Method
from pdedsl.solver.minimise import Stop

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Settings:
    """Everything numerical about a run."""

    architecture: Architecture
    plans: Mapping[str, Plan]
    """The points of each statement that is not hard."""
    method: Method
    stop: Stop
    seed: int
    choices: Mapping[str, Choice]
    """The same in the words of the language, all defaults filled in: each `key = value` reads back as it is."""


BASELINE_STEPS = 10_000_000
"""Steps of a method whose steps are cheap: its time ends it."""
CUSTOM = Call("custom")
"""A cut-off that is a function of the user's own, which no text can name."""


def settings(problem: Problem, schedule: Callable | None = None) -> Settings:
    """The settings of a problem: its own choices, and defaults for the rest; `schedule` replaces the cut-off's rule."""
    said = {**defaults(problem), **dict(problem.choices)}
    if schedule is not None:
        said["method"] = _with_cutoff(said["method"], CUSTOM)
    chosen = {key: complete(value) for key, value in said.items() if not key.startswith("points")}
    points = plans(problem)
    method = _method(chosen["method"], cost(problem).columns, schedule)
    if not isinstance(method, Anagram) and "steps" not in dict(problem.choices):
        chosen["steps"] = BASELINE_STEPS
    return Settings(
        architecture=_architecture(chosen["network"]),
        plans={name: _plan(complete(choice)) for name, choice in points.items()},
        method=method,
        stop=Stop(
            steps=int(_number(chosen["steps"])),
            seconds=_number(chosen["time_limit"]),
            tolerance=_number(chosen["tolerance"]),
        ),
        seed=int(_number(chosen["seed"])),
        choices=chosen | {f"points.{name}": complete(choice) for name, choice in points.items()},
    )


def _number(choice: Choice) -> float:
    assert isinstance(choice, int | float), "checked before"
    return choice


def _architecture(choice: Choice) -> Architecture:
    assert isinstance(choice, Call)
    keywords = dict(choice.keywords)
    deviation = keywords.get("deviation")
    return Architecture(
        widths=tuple(int(_number(w)) for w in choice.arguments),
        activation=str(keywords["activation"]),
        scale=(float(_number(keywords["scale"])),),
        raw=str(keywords["inputs"]) == "raw",
        deviation=None if deviation is None else float(_number(deviation)),
    )


def _plan(choice: Choice) -> Plan:
    assert isinstance(choice, Call)
    counts = tuple(int(_number(n)) for n in choice.arguments)
    every = dict(choice.keywords).get("every")
    return Plan(cast(Kind, choice.name), counts) if every is None else Plan("adaptive", counts, int(_number(every)))


def _method(choice: Choice, columns: int, schedule: Callable | None) -> Method:
    assert isinstance(choice, Call)
    keywords = dict(choice.keywords)
    match choice.name:
        case "adam":
            return Optax("adam", rate=_number(keywords["rate"]))
        case "lbfgs":
            return Optax("lbfgs", memory=int(_number(keywords["memory"])))
        case "bfgs":
            return Bfgs()
        case "gradient_descent":
            return GradientDescent()
        case "engd":
            # Least squares on the Gram matrix drop its eigenvalues below eps P, the squares of singular values.
            return Anagram(Fixed((EPS * columns) ** 0.5, relative=True), factor="gram", corrections=0)
    return Anagram(
        cutoff=Custom(schedule) if schedule else _cutoff(keywords["cutoff"]),
        rows=cast(Literal["scaled", "unscaled"], str(keywords["rows"])),
        factor=cast(Literal["auto"], str(keywords["factor"])),
        corrections=int(_number(keywords["corrections"])),
    )


def _with_cutoff(method: Choice, cutoff: Choice) -> Choice:
    assert isinstance(method, Call)
    if method.name != "anagram":
        raise ValueError(f"`{method.name}` has no cut-off: a schedule goes with method = anagram")
    return Call(method.name, method.arguments, tuple({**dict(method.keywords), "cutoff": cutoff}.items()))


def _cutoff(choice: Choice) -> Schedule:
    assert isinstance(choice, Call)
    numbers = [float(_number(a)) for a in choice.arguments]
    keywords = dict(choice.keywords)
    soft = str(keywords.pop("filter", "hard")) == "soft"
    match choice.name:
        case "fixed":
            return Fixed(numbers[0], soft=soft)
        case "relative":
            return Fixed(numbers[0], relative=True, soft=soft)
        case "decay":
            return Decay(numbers[0], numbers[1], int(numbers[2]), soft=soft)
        case "multi":
            return Multi(numbers[0])
        case "heldout":
            return HeldOut()
        case _:
            named = {n: _number(v) for n, v in keywords.items()}
            return Trust(named["target"], int(named["rungs"]), named["ratio"])
