"""From a SymPy expression to the language of specs."""

from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from pdedsl.problem.atoms import is_time
from pdedsl.vocabulary.functions import BY_HEAD


def reading_order(expression: sp.Expr) -> tuple[int, int, str]:
    """Sums as people write them: time derivatives first, then falling order in space, fields, data."""
    derivatives = expression.atoms(sp.Derivative)
    counts: list[Any] = [d.variable_count for d in derivatives]
    order = max((sum(int(n) for _, n in count) for count in counts), default=0)
    timely = any(is_time(v) for count in counts for v, _ in count)
    fields = bool(expression.atoms(sp.core.function.AppliedUndef))
    return (-2 if timely else -1 if fields else 0, -order, "")


class Ordered:
    """The order of terms, shared by both printers."""

    def _as_ordered_terms(self, expr: sp.Expr, order: Any = None) -> list[sp.Expr]:
        return sorted(sp.Add.make_args(expr), key=reading_order)


class _SpecPrinter(Ordered, StrPrinter):
    """SymPy in the language of specs."""

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        if expr.exp == sp.Rational(1, 2):
            return f"sqrt({self._print(expr.base)})"
        if expr.exp == sp.Rational(-1, 2):
            return f"1/sqrt({self._print(expr.base)})"
        if expr.exp == -1:
            return f"1/{self.parenthesize(expr.base, PRECEDENCE['Pow'])}"
        base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
        return f"{base}^{self.parenthesize(expr.exp, PRECEDENCE['Func'])}"

    def _print_Float(self, expr: sp.Float) -> str:
        return repr(float(expr))

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return expr.name

    def _print_AppliedUndef(self, expr: Any) -> str:
        return str(expr.func)

    def _print_Derivative(self, expr: Any) -> str:
        inner = self._print(expr.expr)
        if all(len(v.name) == 1 for v, _ in expr.variable_count):
            letters = "".join(v.name * int(n) for v, n in expr.variable_count)
            if "d" + letters not in _TAKEN:
                return f"d{letters}({inner})"
        counted = ", ".join(v.name if n == 1 else f"{v.name}, {n}" for v, n in expr.variable_count)
        return f"d({inner}, {counted})"

    def _print_Piecewise(self, expr: Any) -> str:
        *pairs, (last, _) = expr.args
        text = self._print(last)
        for value, condition in reversed(pairs):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, expr: Any) -> str:
        if isinstance(expr, sp.Unequality):
            return f"not ({self._print(expr.lhs)} = {self._print(expr.rhs)})"
        sign = "=" if isinstance(expr, sp.Equality) else expr.rel_op
        return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"

    def _print_And(self, expr: Any, order: Any = None) -> str:
        return " and ".join(self._condition(a) for a in sorted(expr.args, key=sp.default_sort_key))

    def _print_Or(self, expr: Any, order: Any = None) -> str:
        return " or ".join(self._condition(a) for a in sorted(expr.args, key=sp.default_sort_key))

    def _print_Not(self, expr: Any) -> str:
        return f"not {self._condition(expr.args[0])}"

    def _condition(self, expr: Any) -> str:
        return f"({self._print(expr)})" if isinstance(expr, sp.And | sp.Or) else self._print(expr)

    def _print_Function(self, expr: Any) -> str:
        name = BY_HEAD[expr.func][0] if expr.func in BY_HEAD else getattr(expr, "title", str(expr.func))
        arguments = list(expr.args)
        while name in ("min", "max") and arguments[0].func is expr.func:  # of three, as it was written
            arguments[:1] = arguments[0].args
        return f"{name}({', '.join(self._print(a) for a in arguments)})"

    def _print_Exp1(self, expr: Any, **settings: Any) -> Any:
        return "exp(1)"

    _print_Abs = _print_Function
    _print_sign = _print_Function
    _print_exp = _print_Function
    _print_Equality = _print_Relational
    _print_Unequality = _print_Relational


_TAKEN = {"dn", "div", "dot"}


def write_expression(expression: sp.Basic) -> str:
    """A SymPy expression in the language of specs."""
    return _SpecPrinter({"order": "none"}).doprint(expression)


def write_tensor(components: tuple[sp.Expr, ...]) -> str:
    """One component as itself, several as a list."""
    texts = [write_expression(c) for c in components]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
