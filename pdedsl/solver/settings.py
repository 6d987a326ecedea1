"""From the choices of a spec to the objects that carry them out, defaults filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pdedsl.language.choices import DEFAULTS, plans
from pdedsl.language.problem import Call, Choice, Problem
from pdedsl.numerics.network import Architecture
from pdedsl.numerics.points import Kind, Plan
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.cutoff import Hard, Schedule, Trust
from pdedsl.solver.solve import Stop


@dataclass(frozen=True)
class Settings:
    """Everything numerical about a run."""

    architecture: Architecture
    plans: Mapping[str, Plan]
    """The points of each statement that is not hard."""
    method: Anagram
    stop: Stop
    seed: int
    choices: Mapping[str, Choice]
    """The same as the user would write it, defaults included."""


def settings(problem: Problem) -> Settings:
    """The settings of a problem: its own choices, and defaults for the rest."""
    chosen = {**DEFAULTS, **dict(problem.choices)}
    return Settings(
        architecture=_architecture(chosen["network"]),
        plans={name: _plan(choice) for name, choice in plans(problem).items()},
        method=_method(chosen["method"]),
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
        deviation=None if deviation is None else float(_number(deviation)),
    )


def _plan(choice: Call) -> Plan:
    counts = tuple(int(_number(n)) for n in choice.arguments)
    return Plan(cast(Kind, choice.name), counts, int(_number(dict(choice.keywords).get("every", 5))))


def _method(choice: Choice) -> Anagram:
    assert isinstance(choice, Call)
    keywords = dict(choice.keywords)
    options: dict[str, Any] = {}
    for name in ("rows", "factor"):
        if name in keywords:
            options[name] = cast(Literal["scaled"], str(keywords[name]))
    cutoff = _cutoff(keywords.get("cutoff", Call("trust")))
    # The chord iterations follow the model of scaled rows and a full step.
    corrections = 0 if isinstance(cutoff, Hard) or options.get("rows") == "unscaled" else 6
    options["corrections"] = int(_number(keywords.get("corrections", corrections)))
    return Anagram(cutoff=cutoff, **options)


def _cutoff(choice: Choice) -> Schedule:
    assert isinstance(choice, Call)
    keywords = {name: _number(value) for name, value in choice.keywords}
    match choice.name:
        case "fixed":
            return Hard(_number(choice.arguments[0]))
        case "relative":
            return Hard(_number(choice.arguments[0]), relative=True)
        case _:
            if "rungs" in keywords:
                keywords["rungs"] = int(keywords["rungs"])
            return Trust(**keywords)  # pyright: ignore[reportArgumentType]
