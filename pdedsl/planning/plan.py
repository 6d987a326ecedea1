"""How a problem is going to be solved: typed data, which planning writes and numerics and solver read.

The defaults of the language's calls are the defaults of these fields, and stand nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from pdedsl.spaces.space import Network, Size, Space, Stretching, Symmetry, settings_of, space_from

Filter = Literal["hard", "soft"]
Precision = Literal["double", "mixed", "single"]
"""Of the matrix of a step: double; single, factored in double; or single in both."""

# ---- points --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Random:
    """Independent uniform points, which stay."""

    count: int


@dataclass(frozen=True)
class Sobol:
    """Points of a scrambled Sobol sequence, which stay."""

    count: int


@dataclass(frozen=True)
class Grid:
    """Midpoints of the cells of a regular grid: one count for all coordinates, or one for each."""

    counts: tuple[int, ...]

    @property
    def count(self) -> int:
        return prod(self.counts)


@dataclass(frozen=True)
class Adaptive:
    """Random points that are redrawn by the size of the residual."""

    count: int
    every: int = 5
    """Steps between two draws."""


Sampling = Random | Sobol | Grid | Adaptive


# ---- cut-offs and methods ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trust:
    """A ladder of soft cut-offs; the largest step that keeps its promise is taken."""

    target: float = 0.02
    """The gain ratio, actual over predicted decrease, from which a step keeps its promise."""
    rungs: int = 12
    ratio: float = 0.5
    """Distance of two rungs in decades of lambda."""


@dataclass(frozen=True)
class Fixed:
    """Keep singular values that are at least `eps` (arXiv 2412.10782)."""

    eps: float
    filter: Filter = "hard"


@dataclass(frozen=True)
class Relative:
    """Keep singular values that are at least `eps` times the largest."""

    eps: float
    filter: Filter = "hard"


@dataclass(frozen=True)
class Decay:
    """A cut-off that falls geometrically within some steps, and stays there."""

    start: float
    end: float
    steps: int
    filter: Filter = "hard"


@dataclass(frozen=True)
class Multi:
    """AMStraMGRAM (arXiv 2510.15998), with the reconstruction error down to which it counts."""

    target: float = 1e-14


@dataclass(frozen=True)
class HeldOut:
    """As many singular values as make the linearised residual smallest on fresh points."""


@dataclass(frozen=True)
class Custom:
    """A cut-off that is a function of the user's own, which no text can hold: None when read from one."""

    function: Callable | None = field(default=None, compare=False)


Cutoff = Trust | Fixed | Relative | Decay | Multi | HeldOut | Custom

CORRECTIONS = 6


@dataclass(frozen=True)
class Anagram:
    """Empirical natural gradient with a cut-off."""

    cutoff: Cutoff = field(default_factory=Trust)
    rows: Literal["scaled", "unscaled"] = "scaled"
    """Rows scaled by sqrt(w_k / N_k), so that the step minimises the loss; or stacked raw, as published."""
    factor: Literal["auto", "svd", "qr", "gram", "dual", "krylov"] = "auto"
    corrections: int | None = None
    """Chord iterations on a candidate step; by default where they fit: with soft cut-offs, scaled rows, and all of these."""
    rank: int = 300
    """The directions of a step by `krylov`."""
    momentum: float = 0.0
    """The part of the last step from which a step begins (SPRING)."""
    sketch: float = 1.0
    """The part of the points, drawn anew for each step, that the matrix of a step is of."""
    directions: int = 0
    """Random directions of each point, drawn anew for each step, along which Laplacians are estimated; 0 where they are exact."""

    def __post_init__(self) -> None:
        if self.corrections is None:
            exact = self.sketch == 1 and not self.directions
            fits = isinstance(self.cutoff, Trust) and self.rows == "scaled" and exact
            object.__setattr__(self, "corrections", CORRECTIONS if fits else 0)


@dataclass(frozen=True)
class Engd:
    """Energy natural gradient: least squares on the Gram matrix."""


@dataclass(frozen=True)
class Adam:
    rate: float = 1e-3


@dataclass(frozen=True)
class Lbfgs:
    memory: int = 20


@dataclass(frozen=True)
class Bfgs:
    """Self-scaled BFGS with the inverse Hessian in full."""


@dataclass(frozen=True)
class GradientDescent:
    """Along the gradient, with a line search."""


Method = Anagram | Engd | Adam | Lbfgs | Bfgs | GradientDescent


# ---- the whole -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limits:
    """When a run ends: whichever comes first."""

    steps: int = 1000
    seconds: float = 60.0
    tolerance: float = 1e-28
    """The loss below which the run is done."""


@dataclass(frozen=True)
class Clock:
    """What the time of a run, and its limit, count."""

    begun: float | None = None
    """When it began, by `time.perf_counter`; None for now."""
    training_alone: bool = False
    """Whether it starts at the first step, after all that is compiled."""
    room: float = 0.0
    """What comes after the last step takes, relative to what came before the first: the limit is to hold for all."""


@dataclass(frozen=True)
class Plan:
    """Everything numerical about a run."""

    points: tuple[tuple[str, Sampling], ...]
    """How the points of each statement that is not hard are drawn, by the name of the statement."""
    network: Network = field(default_factory=Network)
    space: Space = "network"
    symmetry: Symmetry = "auto"
    method: Method = field(default_factory=Anagram)
    limits: Limits = field(default_factory=Limits)
    sizes: tuple[tuple[str, Size], ...] = ()
    """Those of fields that were chosen; the others come from the data (`spaces.sizes`)."""
    seed: int = 0
    precision: Precision = "double"
    """Of the matrix of a step and its factorisation; residuals, losses and parameters are in double precision."""
    stretch: tuple[tuple[str, Stretching], ...] = ()
    """How the coordinates with these names are stretched; the others where the solution is steep."""
    slabs: int | Literal["auto"] = "auto"
    """Into how many pieces of equal length time is cut; as it asks for itself."""

    def settings(self) -> dict[str, Any]:
        """The same by the keys of the `solve` block."""
        return {
            **settings_of(self.space),
            "symmetry": self.symmetry,
            **{f"stretch.{name}": how for name, how in self.stretch},
            "slabs": self.slabs,
            "network": self.network,
            **{f"points.{name}": sampling for name, sampling in self.points},
            "method": self.method,
            "steps": self.limits.steps,
            "time_limit": self.limits.seconds,
            "tolerance": self.limits.tolerance,
            **{f"sizes.{name}": size for name, size in self.sizes},
            "seed": self.seed,
            "precision": self.precision,
        }


def from_settings(settings: dict[str, Any]) -> Plan:
    """The plan with these settings, as `Plan.settings` gives them."""
    points, sizes = (
        tuple((key.partition(".")[2], value) for key, value in settings.items() if key.startswith(head))
        for head in ("points.", "sizes.")
    )
    limits = Limits(int(settings["steps"]), float(settings["time_limit"]), float(settings["tolerance"]))
    stretch = tuple((key.partition(".")[2], value) for key, value in settings.items() if key.startswith("stretch."))
    rest = {key: settings[key] for key in ("symmetry", "slabs", "network", "method", "precision")}
    return Plan(
        points,
        space=space_from(settings),
        stretch=stretch,
        **rest,
        limits=limits,
        sizes=sizes,
        seed=int(settings["seed"]),
    )
