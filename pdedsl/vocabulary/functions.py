"""The functions of the language: what each means in SymPy, in NumPy and in JAX, as one table.

Both array libraries spell these functions alike, so the table holds a name that is looked up in either of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy as sp
from sympy.core.parameters import distribute


class Maximum(sp.Function):
    """The larger of two numbers (SymPy's own compares all its arguments, which takes for ever in nested ones)."""

    nargs = 2
    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        first: Any = self.args[0]
        larger: Any = first >= self.args[1]
        return sp.Piecewise((2 - argindex, larger), (argindex - 1, True))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _latex_call(r"\max", self.args, printer, exp)


class Minimum(sp.Function):
    """The smaller of two numbers."""

    nargs = 2
    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        first: Any = self.args[0]
        smaller: Any = first <= self.args[1]
        return sp.Piecewise((2 - argindex, smaller), (argindex - 1, True))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _latex_call(r"\min", self.args, printer, exp)


def _latex_call(head: str, arguments: Any, printer: Any, exp: str | None) -> str:
    power = "" if exp is None else f"^{{{exp}}}"
    return rf"{head}{power}\left({', '.join(map(printer._print, arguments))}\right)"


SAFE: Any = partial(distribute, True)
"""While this holds, SymPy may multiply a number into a sum. The user's own sums are read without it, but `Abs` of such a
sum, which powers make too, would then normalise its sign for ever."""


class Cbrt(sp.Function):
    """The real cube root, negative for negative arguments (SymPy's own is complex there)."""

    nargs = 1
    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        root: Any = Cbrt(self.args[0])
        return 1 / (3 * root**2)

    @classmethod
    def eval(cls, argument: sp.Expr) -> sp.Expr | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return argument if argument in (0, 1, -1) else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        root = rf"\sqrt[3]{{{printer._print(self.args[0])}}}"
        return root if exp is None else rf"\left({root}\right)^{{{exp}}}"


def raised(base: Any, exponent: Any) -> Any:
    """A power."""
    with SAFE():
        return base**exponent


@dataclass(frozen=True)
class Function:
    """One function of the language."""

    symbol: Callable[..., Any]
    array: str
    """The name in `numpy` and `jax.numpy` (`erf`: in `scipy.special` and `jax.scipy.special`)."""
    arity: int = 1


FUNCTIONS: dict[str, Function] = {
    "sin": Function(sp.sin, "sin"),
    "cos": Function(sp.cos, "cos"),
    "tan": Function(sp.tan, "tan"),
    "asin": Function(sp.asin, "arcsin"),
    "acos": Function(sp.acos, "arccos"),
    "atan": Function(sp.atan, "arctan"),
    "atan2": Function(sp.atan2, "arctan2", 2),
    "sinh": Function(sp.sinh, "sinh"),
    "cosh": Function(sp.cosh, "cosh"),
    "tanh": Function(sp.tanh, "tanh"),
    "exp": Function(sp.exp, "exp"),
    "log": Function(sp.log, "log"),
    "sqrt": Function(sp.sqrt, "sqrt"),
    "cbrt": Function(Cbrt, "cbrt"),
    "abs": Function(sp.Abs, "abs"),
    "sign": Function(sp.sign, "sign"),
    "min": Function(Minimum, "minimum", 2),
    "max": Function(Maximum, "maximum", 2),
    "erf": Function(sp.erf, "erf"),
}

BY_HEAD: dict[Any, tuple[str, Function]] = {f.symbol: (name, f) for name, f in FUNCTIONS.items() if name != "sqrt"}
