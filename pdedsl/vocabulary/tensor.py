"""Scalars, vectors and matrices of SymPy expressions: what an expression of the language denotes."""

from dataclasses import dataclass

import sympy as sp

from pdedsl.vocabulary.source import NOWHERE, Span

RANKS = ("a scalar", "a vector", "a matrix")


@dataclass(frozen=True)
class Tensor:
    """Components in row-major order; `shape` is () for a scalar, (n,) for a vector, (n, m) for a matrix."""

    entries: tuple[sp.Expr, ...]
    shape: tuple[int, ...] = ()
    zero: bool = False
    """The literal 0, which has every rank."""
    span: Span = NOWHERE
    """Where it was written."""

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def scalar(self) -> sp.Expr:
        assert self.shape == ()
        return self.entries[0]

    @property
    def words(self) -> str:
        """`a vector of 2 components`, for messages."""
        match self.shape:
            case ():
                return RANKS[0]
            case (n,):
                return f"a vector of {n} component{'s' if n > 1 else ''}"
            case (n, m):
                return f"a {n} x {m} matrix"
        raise AssertionError("ranks are 0, 1 or 2")

    def at(self, *indices: int) -> sp.Expr:
        """A component, indices from 0."""
        place = indices[0] if len(self.shape) == 1 else indices[0] * self.shape[1] + indices[1]
        return self.entries[place]

    def rows(self) -> list[tuple[sp.Expr, ...]]:
        """The rows of a matrix."""
        n, m = self.shape
        return [self.entries[i * m : (i + 1) * m] for i in range(n)]


def scalar(expression: sp.Expr) -> Tensor:
    """A tensor of rank 0."""
    return Tensor((expression,))


def vector(entries: tuple[sp.Expr, ...]) -> Tensor:
    """A tensor of rank 1."""
    return Tensor(entries, (len(entries),))


def matrix(rows: list[tuple[sp.Expr, ...]]) -> Tensor:
    """A tensor of rank 2, its rows given."""
    return Tensor(tuple(e for row in rows for e in row), (len(rows), len(rows[0])))
