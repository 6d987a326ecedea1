"""From a Problem to LaTeX: an array for notebooks, and a document that compiles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from pdedsl.problem.write import Ordered, reading_order, split, write_shape

if TYPE_CHECKING:
    from pdedsl.problem.problem import Condition, Coordinate, Equation, Integral, Problem


def _name(name: str) -> str:
    """A name of the user's as LaTeX has it: Greek letters as such, the rest of a name upright, indices below."""
    if name.endswith("]") and "[" in name:
        base, index = name[:-1].split("[")
        return f"{_name(base)}_{{{index}}}"
    head, *rest = [part for part in name.split("_") if part] or ["\\_"]
    subscript = rf"_{{{', '.join(map(_word, rest))}}}" if rest else ""
    return _word(head) + subscript


def _word(word: str) -> str:
    digits = re.fullmatch(r"([^\W\d]+?)(\d+)", word)
    if digits:
        return f"{_word(digits[1])}_{{{digits[2]}}}"
    if len(word) == 1:
        return _letter(word)
    if word.lower() in _GREEK.values():
        return _greek(word)
    return rf"\mathrm{{{word}}}" if word.isascii() else rf"\text{{{word}}}"


_GREEK = {
    unicodedata.name(chr(code)).split()[-1]: unicodedata.name(chr(code)).split()[-1].lower().replace("lamda", "lambda")
    for code in range(0x3B1, 0x3CA)
    if "FINAL" not in unicodedata.name(chr(code))
}
_AS_LATIN = dict(
    zip(
        (
            [
                "Alpha",
                "Beta",
                "Epsilon",
                "Zeta",
                "Eta",
                "Iota",
                "Kappa",
                "Mu",
                "Nu",
                "Omicron",
                "Rho",
                "Tau",
                "Upsilon",
                "Chi",
            ]
        ),
        "ABEZHIKMNOPTYX",
        strict=False,
    )
)


def _greek(word: str) -> str:
    if word == "omicron":
        return "o"
    return rf"\mathrm{{{_AS_LATIN[word]}}}" if word in _AS_LATIN else "\\" + word + " "


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter
    words = unicodedata.name(letter).split()
    if words[:1] == ["GREEK"] and words[-1] in _GREEK:
        word = _GREEK[words[-1]]
        return _greek(word.capitalize() if "CAPITAL" in words else word)
    return rf"\text{{{letter}}}"


class _MathPrinter(Ordered, LatexPrinter):
    """LaTeX as a paper has it: u_{xx} for derivatives, fields without their arguments."""

    integrals: Mapping[sp.Symbol, Integral]

    def _print_AppliedUndef(self, expr: Any, exp: str | None = None) -> str:
        name = _name(str(expr.func))
        return name if exp is None else f"{name}^{{{exp}}}"

    def _print_Derivative(self, expr: Any) -> str:
        if isinstance(expr.expr, sp.core.function.AppliedUndef):
            letters = " ".join(self._print(v) for v, n in expr.variable_count for _ in range(int(n)))
            name = self._print_AppliedUndef(expr.expr)
            return f"{{{name}}}_{{{letters}}}" if "_" in name else f"{name}_{{{letters}}}"
        below = " ".join(rf"\partial {self._print(v)}" + (f"^{{{n}}}" if n > 1 else "") for v, n in expr.variable_count)
        order = sum(int(n) for _, n in expr.variable_count)
        power = f"^{{{order}}}" if order > 1 else ""
        inner = self._print(expr.expr)
        plain = expr.expr.is_Symbol or isinstance(expr.expr, sp.Function)
        return rf"\frac{{\partial{power}}}{{{below}}} " + (inner if plain else rf"\left({inner}\right)")

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        if expr.name.startswith("normal["):
            return f"n_{{{expr.name[7:-1]}}}"
        return self._print_integral(expr) if "(" in expr.name else _name(expr.name)

    def _print_integral(self, symbol: sp.Symbol) -> str:
        """An integral or a mean, which stands as a symbol in expressions."""
        integral = self.integrals[symbol]
        where = r"\Omega" if integral.where is None else r"\partial\Omega"
        if integral.where not in (None, sp.true):
            where += rf" \cap \{{{self._print(integral.where)}\}}"
        sign = r"\frac{1}{|\Omega|}\int" if integral.mean and integral.where is None else r"\int"
        return rf"{sign}_{{{where}}} {self.parenthesize(integral.integrand, PRECEDENCE['Mul'])}"


def latex_expression(expression: sp.Basic, problem: Problem | None = None) -> str:
    """A SymPy expression in LaTeX; the problem knows what its integrals are."""
    printer = _MathPrinter({"order": "none", "mul_symbol": r"\,"})
    printer.integrals = {i.symbol: i for i in problem.integrals} if problem else {}
    return printer.doprint(expression)


def latex(problem: Problem) -> str:
    """The problem as a displayed LaTeX array, one row a scalar statement."""
    return f"$$\\begin{{aligned}}\n{_rows(problem)}\n\\end{{aligned}}$$"


def statements(problem: Problem) -> list[tuple[list[str], str]]:
    """Each scalar statement in LaTeX: its lines, of which the last ends with the right side, and where it holds."""
    found = []
    for statement in problem.statements:
        for left, right in split(statement, problem):
            *lines, last = _lines(left, problem)
            lines.append(f"{last} = {latex_expression(right, problem)}")
            found.append((lines, _latex_place(problem, statement)))
    return found


def _rows(problem: Problem) -> str:
    rows = []
    for (first, *rest), place in statements(problem):
        rows += [f"& {first}", *(rf"& \quad {{}} {line}" for line in rest)]
        rows[-1] += f" && {place}"
    return " \\\\\n".join(rows)


LONGEST = 120
"""Characters of LaTeX after which a sum goes on in the next line."""


def _lines(expression: sp.Expr, problem: Problem) -> list[str]:
    """An expression in one line, or in several that begin with the sign of a term."""
    text = latex_expression(expression, problem)
    terms = sorted(sp.Add.make_args(expression), key=reading_order)
    if len(text) <= LONGEST or len(terms) == 1:
        return [text]
    lines = [latex_expression(terms[0], problem)]
    for term in terms[1:]:
        more = latex_expression(term, problem)
        more = more if more.lstrip().startswith("-") else f"+ {more}"
        if len(lines[-1]) + len(more) > LONGEST:
            lines.append(more)
        else:
            lines[-1] += f" {more}"
    return lines


def setting(problem: Problem) -> list[str]:
    """Where a problem lives and its parameters, in LaTeX."""
    lines = [f"{', '.join(_interval(c) for c in problem.coordinates)}"]
    if problem.shape is not None:
        space = ", ".join(map(latex_expression, problem.symbols[: len(problem.space)]))
        lines = [rf"({space}) \in \Omega = \texttt{{{_escape(write_shape(problem.tree))}}}" if problem.tree else ""]
        lines += [_interval(problem.time)] if problem.time is not None else []
    return lines + [f"{latex_expression(p.symbol)} = {latex_expression(p.value)}" for p in problem.parameters]


def exact_solutions(problem: Problem) -> list[str]:
    """The exact solutions of a problem, in LaTeX."""
    return [f"{_name(n)} = {latex_expression(e)}" for n, e in problem.exact]


def document(problem: Problem) -> str:
    """The problem as a LaTeX document: where it lives, its parameters, its statements, its exact solution."""
    lines = setting(problem)
    exact = [f"{_name(n)} &= {latex_expression(e)}" for n, e in problem.exact]
    display = "\\begin{{align*}}\n{}\n\\end{{align*}}"
    parts = [
        "\\documentclass{article}",
        "\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage{amsmath}\n\\begin{document}",
        f"\\section*{{{_escape(problem.title)}}}" if problem.title else "",
        display.format(" \\\\\n".join(f"& {line}" for line in lines)),
        display.format(_rows(problem)),
        "Exact solution:\n" + display.format(" \\\\\n".join(exact)) if exact else "",
        "\\end{document}",
    ]
    body = "\n".join(part for part in parts if part)
    foreign = "".join(_declared(c) for c in sorted(set(body)) if ord(c) > 0xFF)
    return body.replace("\\begin{document}", foreign + "\\begin{document}", 1)


def _declared(character: str) -> str:
    """What pdfLaTeX, whose fonts stop at Latin letters, is to print for a character."""
    symbol = _letter(character)
    shown = f"[U+{ord(character):04X}]" if symbol.startswith("\\text") else rf"\ensuremath{{{symbol}}}"
    return f"\\DeclareUnicodeCharacter{{{ord(character):04X}}}{{{shown}}}\n"


def _interval(coordinate: Coordinate) -> str:
    bounds = f"{latex_expression(coordinate.lower)}, {latex_expression(coordinate.upper)}"
    return rf"{latex_expression(coordinate.symbol)} \in [{bounds}]"


def _escape(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, "\\" + c if c in "#$%&_{}" else c) for c in text)


def _latex_place(problem: Problem, statement: Equation | Condition) -> str:
    match statement.kind:
        case "equation":
            return r"\text{in } " + (rf"{_name(statement.part)}" if statement.part else r"\Omega")
        case "initial":
            assert problem.time is not None
            return f"{latex_expression(problem.time.symbol)} = {latex_expression(problem.time.lower)}"
        case "constraint":
            at = getattr(statement, "at", None)
            return "" if at is None else rf"\text{{at }} ({', '.join(map(latex_expression, at))})"
        case "boundary":
            where = getattr(statement, "where", ())
            places = [r"\partial\Omega" if w == sp.true else latex_expression(w) for w in where]
            return r"\text{on } " + r",\ ".join(places)
