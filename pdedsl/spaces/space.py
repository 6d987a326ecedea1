"""What a solution is made of: the kinds of space that a text may choose, and what their fields are worth.

The defaults of the language's calls are the defaults of these fields, and stand nowhere else.
"""

from dataclasses import dataclass
from typing import Literal

Terms = Literal["total", "product", "cross"]


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron: the widths of its hidden layers and how it starts."""

    widths: tuple[int, ...] = (20, 20, 20)
    activation: str = "tanh"
    scale: float = 1.0
    """Inputs run over [-scale, scale]."""
    inputs: Literal["scaled", "raw"] = "scaled"
    """Scaled to the domain, or coordinates as they are."""
    deviation: float | None = None
    """Standard deviation of all initial weights and biases; None for Glorot's rule."""


@dataclass(frozen=True)
class Polynomials:
    """Products of Chebyshev polynomials, and of waves of periodic coordinates, on the bounding box."""

    degrees: tuple[int, ...]
    """One degree n for all coordinates together, or one n_k for each."""
    terms: Terms | None = None
    """Which products of degrees d_k: `total`, sum d_k / n_k <= 1; `product`, d_k <= n_k, the default where each coordinate
    has its own; `cross`, prod (1 + d_k) <= 1 + n, few of them in many coordinates."""
    slabs: tuple[float, ...] = ()
    """Times at which one piece of time ends and the next begins, with the same products; none where all is one piece."""

    @property
    def kind(self) -> Terms:
        """Which products there are, the default filled in."""
        return self.terms or ("total" if len(self.degrees) == 1 else "product")


Symmetry = Literal["auto", "none"]
"""Whether reflections that change nothing about a problem halve what its solution is made of."""
Space = Literal["auto", "network"] | Polynomials
"""What a solution is made of; `auto`: polynomials while they converge, else the network."""


@dataclass(frozen=True)
class Size:
    """What a field is worth, in its own units: it is `mean + spread * v` with a `v` about 1."""

    mean: float = 0.0
    spread: float = 1.0
