"""From what a problem is made of to LaTeX."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from pdedsl.problem.atoms import Nonlocal, Normal
from pdedsl.problem.domain import Coordinate, Domain
from pdedsl.problem.printer import Ordered, reading_order
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Integral, Interface, Statement
from pdedsl.problem.write import split, write_shape


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
        ],
        "ABEZHIKMNOPTYX",
        strict=True,
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
        match expr:
            case Normal():
                return _name(expr.name.replace("normal", "n", 1))
            case Nonlocal():
                return self._print_integral(expr)
            case _:
                return _name(expr.name)

    def _print_integral(self, symbol: sp.Symbol) -> str:
        """An integral or a mean, which stands as a symbol in expressions."""
        integral = self.integrals[symbol]
        if integral.local:
            return rf"\left[{self._print(integral.integrand)}\right]"
        where = r"\Omega" if integral.where is None else r"\partial\Omega"
        if integral.where not in (None, sp.true):
            where += rf" \cap \{{{self._print(integral.where)}\}}"
        sign = r"\frac{1}{|\Omega|}\int" if integral.kind == "mean" and integral.where is None else r"\int"
        return rf"{sign}_{{{where}}} {self.parenthesize(integral.integrand, PRECEDENCE['Mul'])}"


def latex_expression(expression: sp.Basic, integrals: Sequence[Integral] = ()) -> str:
    """A SymPy expression in LaTeX; `integrals` are those that its symbols stand for."""
    printer = _MathPrinter({"order": "none", "mul_symbol": r"\,"})
    printer.integrals = {i.symbol: i for i in integrals}
    return printer.doprint(expression)


def typeset(
    statements: Sequence[Statement], domain: Domain, integrals: Sequence[Integral]
) -> list[tuple[list[str], str]]:
    """Each scalar statement in LaTeX: its lines, of which the last ends with the right side, and where it holds."""
    found = []
    for statement in statements:
        for left, right in split(statement):
            *lines, last = _lines(left, integrals)
            lines.append(f"{last} = {latex_expression(right, integrals)}")
            found.append((lines, _place(statement, domain)))
    return found


def aligned(rows: Sequence[tuple[list[str], str]]) -> str:
    """Typeset statements as the rows of an array: a statement that goes on is indented."""
    found = []
    for (first, *rest), place in rows:
        found += [f"& {first}", *(rf"& \quad {{}} {line}" for line in rest)]
        found[-1] += f" && {place}"
    return " \\\\\n".join(found)


LONGEST = 120
"""Characters of LaTeX after which a sum goes on in the next line."""


def _lines(expression: sp.Expr, integrals: Sequence[Integral]) -> list[str]:
    """An expression in one line, or in several that begin with the sign of a term."""
    text = latex_expression(expression, integrals)
    terms = sorted(sp.Add.make_args(expression), key=reading_order)
    if len(text) <= LONGEST or len(terms) == 1:
        return [text]
    lines = [latex_expression(terms[0], integrals)]
    for term in terms[1:]:
        more = latex_expression(term, integrals)
        more = more if more.lstrip().startswith("-") else f"+ {more}"
        if len(lines[-1]) + len(more) > LONGEST:
            lines.append(more)
        else:
            lines[-1] += f" {more}"
    return lines


def setting(domain: Domain) -> list[str]:
    """Where a problem lives and its parameters, in LaTeX."""
    lines = [", ".join(map(_interval, domain.coordinates))]
    if domain.tree is not None:
        space = ", ".join(latex_expression(c.symbol) for c in domain.space)
        lines = [rf"({space}) \in \Omega = \texttt{{{escape(write_shape(domain.tree))}}}"]
        lines += [_interval(domain.time)] if domain.time is not None else []
    return lines + [f"{latex_expression(p.symbol)} = {latex_expression(p.value)}" for p in domain.parameters]


def solution(name: str, expression: sp.Expr, sign: str = "=") -> str:
    """An exact solution in LaTeX."""
    return f"{_name(name)} {sign} {latex_expression(expression)}"


def _interval(coordinate: Coordinate) -> str:
    bounds = f"{latex_expression(coordinate.lower)}, {latex_expression(coordinate.upper)}"
    return rf"{latex_expression(coordinate.symbol)} \in [{bounds}]"


def escape(text: str) -> str:
    """Plain text for LaTeX."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, "\\" + c if c in "#$%&_{}" else c) for c in text)


def _place(statement: Statement, domain: Domain) -> str:
    match statement:
        case Equation():
            return r"\text{in } " + (rf"{_name(statement.part)}" if statement.part else r"\Omega")
        case Initial():
            assert domain.time is not None
            return f"{latex_expression(domain.time.symbol)} = {latex_expression(domain.time.lower)}"
        case Constraint():
            return "" if statement.at is None else rf"\text{{at }} ({', '.join(map(latex_expression, statement.at))})"
        case Boundary() | Interface():
            places = [r"\partial\Omega" if p.where == sp.true else latex_expression(p.where) for p in statement.on]
            return r"\text{on } " + r",\ ".join(places)


def declared(character: str) -> str:
    """What pdfLaTeX, whose fonts stop at Latin letters, is to print for a character."""
    symbol = _letter(character)
    shown = f"[U+{ord(character):04X}]" if symbol.startswith("\\text") else rf"\ensuremath{{{symbol}}}"
    return f"\\DeclareUnicodeCharacter{{{ord(character):04X}}}{{{shown}}}\n"
