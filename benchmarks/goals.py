"""From `specs/goals.toml` to what each spec has to reach."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[1] / "specs"


@dataclass(frozen=True)
class Goal:
    """A relative L2 error within some seconds for the whole command."""

    error: float
    seconds: float
    steps: int | None = None
    """Steps after which the tests ask for the error; None for a spec that only the benchmark runs."""
    network: Mapping[str, str] = field(default_factory=dict)
    """The settings of a network, where the spec is solved with something else."""
    talk: bool = False
    """Whether the spec is one of the five problems of the talk."""
    long: "Goal | None" = None
    """What more time has to bring."""


def _goal(entry: dict[str, Any]) -> Goal:
    long = entry.pop("long", None)
    return Goal(**entry, long=Goal(**long) if long else None)


GOALS = {name: _goal(entry) for name, entry in tomllib.loads((SPECS / "goals.toml").read_text()).items()}
TALK = {name: goal for name, goal in GOALS.items() if goal.talk}
GALLERY = {name: goal for name, goal in GOALS.items() if not goal.talk}
