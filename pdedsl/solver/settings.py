"""From the choices of a spec to the objects that carry them out, defaults filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from pdedsl.language.choices import defaults, plans
from pdedsl.language.cost import cost
from pdedsl.language.problem import Call, Choice, Problem
from pdedsl.numerics.network import Architecture
from pdedsl.numerics.points import Kind, Plan
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.baselines import Bfgs, GradientDescent, Optax
from pdedsl.solver.cutoff import Custom, Decay, Fixed, HeldOut, Multi, Schedule, Trust
from pdedsl.solver.method import Method
from pdedsl.solver.solve import Stop

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
    """The same as the user would write it, defaults included."""


BASELINE_STEPS = 10_000_000
"""Steps of a method whose steps are cheap: its time ends it."""


def settings(problem: Problem, schedule: Callable | None = None) -> Settings:
    """The settings of a problem: its own choices, and defaults for the rest; `schedule` replaces the cut-off's rule."""
    chosen = {**defaults(problem), **dict(problem.choices)}
    method = _method(chosen["method"], cost(problem).columns, schedule)
    if not isinstance(method, Anagram) and "steps" not in dict(problem.choices):
        chosen["steps"] = BASELINE_STEPS
    return Settings(
        architecture=_architecture(chosen["network"]),
        plans={name: _plan(choice) for name, choice in plans(problem).items()},
        method=method,
        stop=Stop(
            steps=int(_number(chosen["steps"])),
            seconds=_number(chosen["time_limit"]),
            tolerance=_number(chosen["tolerance"]),
        ),
        seed=int(_number(chosen["seed"])),
        choices=chosen,
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
        activation=str(keywords.get("activation", "tanh")),
        scale=(float(_number(keywords.get("scale", 1.0))),),
        raw=str(keywords.get("inputs", "scaled")) == "raw",
        deviation=None if deviation is None else float(_number(deviation)),
    )


def _plan(choice: Call) -> Plan:
    counts = tuple(int(_number(n)) for n in choice.arguments)
    return Plan(cast(Kind, choice.name), counts, int(_number(dict(choice.keywords).get("every", 5))))


def _method(choice: Choice, columns: int, schedule: Callable | None) -> Method:
    assert isinstance(choice, Call)
    keywords = dict(choice.keywords)
    match choice.name:
        case "adam":
            return Optax("adam", rate=_number(keywords.get("rate", 1e-3)))
        case "lbfgs":
            return Optax("lbfgs", memory=int(_number(keywords.get("memory", 20))))
        case "bfgs":
            return Bfgs()
        case "gradient_descent":
            return GradientDescent()
        case "engd":
            # Least squares on the Gram matrix drop its eigenvalues below eps P, the squares of singular values.
            return Anagram(Fixed((EPS * columns) ** 0.5, relative=True), factor="gram", corrections=0)
    options: dict[str, Any] = {}
    for name in ("rows", "factor"):
        if name in keywords:
            options[name] = cast(Literal["scaled"], str(keywords[name]))
    cutoff = Custom(schedule) if schedule else _cutoff(keywords.get("cutoff", Call("trust")))
    # The chord iterations follow the model of scaled rows and a full step.
    corrections = 6 if isinstance(cutoff, Trust) and options.get("rows") != "unscaled" else 0
    options["corrections"] = int(_number(keywords.get("corrections", corrections)))
    return Anagram(cutoff=cutoff, **options)


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
            return Multi(numbers[0]) if numbers else Multi()
        case "heldout":
            return HeldOut()
        case _:
            named: dict[str, Any] = {n: int(_number(v)) if n == "rungs" else _number(v) for n, v in keywords.items()}
            return Trust(**named)
