"""From a Problem to text: a spec that parses back to it, or D, f, B and g for the eye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from pdedsl.problem.primitives import Combined, Primitive, Tree
from pdedsl.vocabulary.functions import BY_HEAD

if TYPE_CHECKING:
    from pdedsl.problem.problem import Condition, Equation, Problem


def reading_order(expression: sp.Expr) -> tuple[int, int, str]:
    """Sums as people write them: time derivatives first, then falling order in space, fields, data."""
    derivatives = expression.atoms(sp.Derivative)
    counts: list[Any] = [d.variable_count for d in derivatives]
    order = max((sum(int(n) for _, n in count) for count in counts), default=0)
    timely = any(str(v) == "t" for count in counts for v, _ in count)
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
        name = BY_HEAD[expr.func][0] if expr.func in BY_HEAD else str(expr.func)
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


def write(problem: Problem) -> str:
    """The problem as a spec."""
    lines = ["pde 1"]
    if problem.title:
        lines.append(f'title "{problem.title}"')
    if problem.parameters:
        pairs = (f"{p.name} = {write_expression(p.value)}" for p in problem.parameters)
        lines.append(f"param {', '.join(pairs)}")
    for kind, keyword in (("space", "domain"), ("time", "time")):
        own = [c for c in problem.coordinates if c.kind == kind]
        if kind == "space" and problem.tree is not None:
            lines.append(f"domain ({', '.join(c.name for c in own)}) = {write_shape(problem.tree)}")
        elif own:
            lines.append(f"{keyword} " + ", ".join(_intervals(own)))
    groups = _groups(problem)
    fields = (f"{f.name}({', '.join(_arguments(f.arguments, groups))})" for f in problem.fields)
    lines += [f"field {', '.join(fields)}"]
    lines += [f"part {name}: {write_expression(condition)}" for name, condition in problem.parts]
    if problem.periodic:
        lines.append(f"periodic {', '.join(_arguments(problem.periodic, groups))}")
    lines.append("")
    lines += [_write_statement(s) for s in problem.statements]
    lines.append("")
    lines += [f"exact {name} = {write_expression(value)}" for name, value in problem.exact]
    for report in problem.reports:
        at = "" if report.at is None else f"  at ({', '.join(map(write_expression, report.at))})"
        lines.append(f"report {report.name} = {write_expression(report.value)}{at}")
    for reference in problem.references:
        columns = ", ".join(f'{k} = "{v}"' for k, v in reference.columns)
        listed = ", ".join(reference.fields)
        text = f'reference {reference.name}: {listed} from "{reference.file}"'
        lines.append(text + (f" columns ({columns})" if columns else ""))
    if problem.choices:
        lines += ["", "solve {", *(f"  {key} = {value}" for key, value in problem.choices), "}"]
    return "\n".join(lines).rstrip().replace("\n\n\n", "\n\n") + "\n"


def write_shape(tree: Tree) -> str:
    """A shape in the language of specs."""
    if isinstance(tree, Primitive):
        return f"{tree.name}({', '.join(map(_argument, tree.arguments))})"
    right = write_shape(tree.right)
    left = write_shape(tree.left)
    if isinstance(tree.right, Combined):
        right = f"({right})"
    if isinstance(tree.left, Combined) and tree.operator == "*" and tree.left.operator != "*":
        left = f"({left})"
    return f"{left} {tree.operator} {right}" if tree.operator != "*" else f"{left}*{right}"


def _argument(argument: Any) -> str:
    if isinstance(argument, tuple):
        return f"[{', '.join(map(_argument, argument))}]"
    return write_expression(argument)


def _intervals(coordinates: list[Any]) -> list[str]:
    """`x in [0, 1]`, and one entry for a run of coordinates `x[1]`, `x[2]`, ... of the same interval."""
    found: list[list[Any]] = []
    for c in coordinates:
        last = found[-1][-1] if found else None
        same = last is not None and last.group == c.group is not None
        if last is not None and same and (last.lower, last.upper) == (c.lower, c.upper) and c.index == last.index + 1:
            found[-1].append(c)
        else:
            found.append([c])
    texts = []
    for run in found:
        first, last = run[0], run[-1]
        name = first.name if first.group is None else f"{first.group}[{first.index}:{last.index}]"
        texts.append(f"{name} in [{write_expression(first.lower)}, {write_expression(first.upper)}]")
    return texts


def _groups(problem: Problem) -> dict[sp.Symbol, str]:
    return {c.symbol: c.group for c in problem.coordinates if c.group is not None}


def _arguments(symbols: tuple[sp.Symbol, ...], groups: dict[sp.Symbol, str]) -> list[str]:
    return list(dict.fromkeys(groups.get(s, s.name) for s in symbols))


def _write_statement(statement: Equation | Condition) -> str:
    text = f"{statement.kind} {statement.name}: " if statement.name != statement.kind else f"{statement.kind}: "
    text += f"{write_tensor(statement.lhs)} = {write_tensor(statement.rhs)}"
    if statement.kind == "boundary":
        text += f"  on {', '.join(write_where(w) for w in getattr(statement, 'where', ()))}"
    if statement.part is not None:
        text += f"  in {statement.part}"
    at = getattr(statement, "at", None)
    if at is not None:
        text += f"  at ({', '.join(map(write_expression, at))})"
    if statement.weight is not None:
        text += f"  weight {write_expression(statement.weight)}"
    return text + ("  hard" if getattr(statement, "hard", False) else "")


def write_where(condition: sp.Basic) -> str:
    return "all" if condition == sp.true else write_expression(condition)


def split(statement: Equation, problem: Problem) -> list[tuple[sp.Expr, sp.Expr]]:
    """`D[u] = f`, a component at a time: what depends on the fields on the left, the data on the right."""
    known = {*problem.functions, *(i.symbol for i in problem.integrals)}
    parts = []
    for residual in statement.residual:
        terms = sp.Add.make_args(residual)
        left = [term for term in terms if known & {*term.atoms(sp.core.function.AppliedUndef, sp.Symbol)}]
        right = [term for term in terms if term not in left]
        parts.append((sp.Add(*left), -sp.Add(*right)))
    return parts


def describe(problem: Problem) -> str:
    """The problem as it was understood: D[u] = f and B[u] = g, statement by statement."""
    names = ", ".join(f.name for f in problem.fields)
    lines = [problem.title, ""] if problem.title else []
    boxed = problem.coordinates if problem.tree is None else problem.coordinates[len(problem.space) :]
    if problem.tree is not None:
        lines.append(f"({', '.join(c.name for c in problem.space)}) in {write_shape(problem.tree)}")
    lines += [f"{c.name} in [{write_expression(c.lower)}, {write_expression(c.upper)}]" for c in boxed]
    lines += [f"{p.name} = {write_expression(p.value)}" for p in problem.parameters]
    lines += [f"periodic in {symbol}" for symbol in problem.periodic]
    for statement in problem.statements:
        inside = statement.kind == "equation"
        operator, data = ("D", "f") if inside else ("B", "g")
        hard = ", hard" if getattr(statement, "hard", False) else ""
        weight = f", weight {write_expression(statement.weight)}" if statement.weight is not None else ""
        lines += ["", f"{statement.name} ({_place(problem, statement)}{hard}{weight})"]
        for number, (left, right) in enumerate(split(statement, problem), 1):
            mark = f"_{number}" if len(statement.lhs) > 1 else ""
            lines += [
                f"  {operator}{mark}[{names}] = {write_expression(left)}",
                f"  {data}{mark} = {write_expression(right)}",
            ]
    lines += ["", *(f"exact {name} = {write_expression(value)}" for name, value in problem.exact)]
    return "\n".join(lines).rstrip()


def _place(problem: Problem, statement: Equation | Condition) -> str:
    match statement.kind:
        case "equation":
            return f"in {statement.part}" if statement.part else "in the domain"
        case "initial":
            assert problem.time is not None
            return f"at {problem.time.name} = {write_expression(problem.time.lower)}"
        case "constraint":
            at = getattr(statement, "at", None)
            return "a constraint" if at is None else f"at ({', '.join(map(write_expression, at))})"
        case "boundary":
            return "on " + ", ".join(write_where(w) for w in getattr(statement, "where", ()))
