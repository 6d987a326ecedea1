"""From an expression of the language to SymPy components: names, ranks and places are checked on the way.

Errors do not stop the walk: a wrong part is reported and stands as None, which passes upwards in silence, so that all
independent errors of an expression come out together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.meaning.guesses import derivative_of, side, unknown_name
from pdedsl.meaning.names import derivative_letters
from pdedsl.meaning.place import PLACES, Locals, Place
from pdedsl.meaning.scope import Scope
from pdedsl.problem.atoms import Nonlocal, normal
from pdedsl.problem.derivatives import node_count
from pdedsl.problem.domain import middle
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.statements import Integral, Term
from pdedsl.syntax import syntax
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.functions import FUNCTIONS, raised
from pdedsl.vocabulary.operators import OPERATORS
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.spoken import name_words
from pdedsl.vocabulary.tensor import RANKS, Tensor, scalar, vector
from pdedsl.vocabulary.words import UNITLESS

DEEPEST = 200
HIGHEST_POWER = 1000
LARGEST = 20_000
"""The most nodes that one scalar may have, and that one statement may make the walk visit."""


@dataclass
class Walk:
    """One walk over expressions: what it finds on its way is its own, and `read.read` returns it."""

    scope: Scope
    call: "Callable[[Walk, syntax.Called, Place, Locals], Tensor | None]"
    """What a call means; see `calls.py`."""
    integrals: dict[Nonlocal, Integral] = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    visits: int = 0
    _memo: dict[sp.Basic, object] = field(default_factory=dict)
    _sizes: dict[sp.Basic, int] = field(default_factory=dict)
    _inside: list[tuple[syntax.Let, Span]] = field(default_factory=list)

    # ---- reporting -------------------------------------------------------------------------------------------------

    def wrong(self, code: str, message: str, span: Span, help_: str, *also: tuple[Span, str]) -> None:
        """Report; what is wrong in the body of a `let` is shown where it is used, the `let` as second place."""
        if self._inside:
            let, use = self._inside[0]
            second = ((span, f"in `let {let.name.name}`"), *also)
            self.diagnostics.append(Diagnostic(code, message, use, help_, second, cause=span))
        else:
            self.diagnostics.append(Diagnostic(code, message, span, help_, also))

    @contextmanager
    def _within(self, let: syntax.Let, use: Span) -> Iterator[None]:
        self._inside.append((let, use))
        try:
            yield
        finally:
            self._inside.pop()

    # ---- entry points ----------------------------------------------------------------------------------------------

    def tensor(self, node: syntax.Expression, place: Place, local: Locals | None = None) -> Tensor | None:
        """The value of an expression, or None where it is wrong; then it has been reported."""
        self.visits += 1
        if self.visits > LARGEST:
            if self.visits == LARGEST + 1:
                self.wrong(
                    "E303", "the expressions of this statement grow too large", node.span, "shorten a sum or a `let`"
                )
            return None
        found = self._tensor(node, place, local or {})
        if found is None:
            return None
        if found.rank == 0 and not isinstance(node, syntax.Number | syntax.Name):
            if node_count(found.scalar, self._sizes) > LARGEST:
                self.wrong("E303", "this expression grows too large", node.span, "shorten a sum or a `let`")
                return None
            span = self._inside[0][1] if self._inside else node.span
            self.terms.append(Term(span, found.scalar))
        return Tensor(found.entries, found.shape, found.zero, node.span)

    def scalar(self, node: syntax.Expression, place: Place, local: Locals | None = None) -> sp.Expr | None:
        """The value of an expression that must be a scalar."""
        found = self.tensor(node, place, local)
        if found is not None and found.rank:
            self.wrong("E301", f"{found.words} where a scalar is expected", node.span, f"{place.words} takes scalars")
            return None
        return found.scalar if found is not None else None

    def number(self, node: syntax.Expression, place: Place, local: Locals | None = None) -> float | None:
        """The value of a constant expression."""
        found = self.scalar(node, place, local)
        return None if found is None else self.constant(found)

    def condition(self, node: syntax.Expression, place: Place, local: Locals | None = None) -> Any:
        """A SymPy condition: comparisons joined by `and`, `or`, `not`."""
        match node:
            case syntax.Logic():
                parts = [self.condition(o, place, local) for o in node.operands]
                if any(p is None for p in parts):
                    return None
                return (sp.And if node.operator == "and" else sp.Or)(*parts)
            case syntax.Negate():
                inner = self.condition(node.operand, place, local)
                return None if inner is None else sp.Not(inner)
            case syntax.Comparison():
                left, right = (self.tensor(side, place, local) for side in (node.left, node.right))
                if left is None or right is None:
                    return None
                if left.rank or right.rank:
                    also = ((left.span, left.words), (right.span, right.words))
                    self.wrong(
                        "E301", "a comparison takes scalars", node.span, "compare components: x[1], norm(x)", *also
                    )
                    return None
                return _RELATIONS[node.operator](left.scalar, right.scalar)
            case syntax.Name(name="all") if place is PLACES["on"]:
                return sp.true
            case syntax.Name(name=name) if (
                name in self.scope.names.declared and self.scope.names.declared[name].kind == "part"
            ):
                return self.scope.parts.get(name)
            case syntax.Name(name=name) if name not in self.scope.names.declared and name not in FUNCTIONS:
                found = unknown_name(node, self.scope.names, called=False)
                help_ = suggest(name, [*self.scope.names.of("part", "broken"), "all"]) or side(name, self.scope)
                if name in ("boundary", "everywhere", "boundaries", "walls"):
                    help_ = "write `all` for the whole boundary"
                self.wrong("E201", f"there is no part `{name}`", found.span, help_)
                return None
            case syntax.Name(name=name) if self._broken(name):
                return None
        self.wrong("E303", "a condition is expected here", node.span, "compare something: `x > 0.5`, `y = 1`")
        return None

    def takes(self, node: syntax.Called, count: int, example: str) -> bool:
        """Whether a call has this many arguments; if not, a diagnostic says what to write."""
        if len(node.arguments) != count:
            words = f"{count} argument{'s' if count > 1 else ''}"
            self.wrong(
                "E303", f"`{node.name.name}` takes {words}, not {len(node.arguments)}", node.span, f"write {example}"
            )
            return False
        return True

    def coordinate(self, node: syntax.Expression, local: Locals | None = None) -> sp.Symbol | None:
        """A coordinate by name or by index."""
        match node:
            case syntax.Name(name=name) if name in self.scope.symbols:
                return self.scope.symbols[name]
            case syntax.Name(name=name) if self._broken(name) or name in self.scope.names.of("coordinate", "swept"):
                return None  # what is wrong with it was said where it is declared
            case syntax.Subscript(base=syntax.Name(name=name)) if name in self.scope.groups:
                found = self._subscript(node, PLACES["equation"], local or {})
                return None if found is None else next(s for s in self.scope.groups[name].values() if s == found.scalar)
            case syntax.Name(name=name) if name in self.scope.groups:
                self.wrong("E303", f"`{name}` is a group of coordinates", node.span, f"write {name}[1]")
                return None
            case syntax.Name(name=name) if name not in self.scope.names.declared:
                self.wrong("E201", f"there is no coordinate `{name}`", node.span, self._coordinates_words())
                return None
        self.wrong("E303", "a coordinate is expected here", node.span, self._coordinates_words())
        return None

    # ---- the walk --------------------------------------------------------------------------------------------------

    def _tensor(self, node: syntax.Expression, place: Place, local: Locals) -> Tensor | None:
        match node:
            case syntax.Number():
                value = float(node.text)
                exact = (
                    sp.Integer(int(value)) if value == int(value) and abs(value) < 2**53 and _whole(node.text) else None
                )
                return Tensor((sp.Float(value) if exact is None else exact,), zero=value == 0)
            case syntax.Name():
                return self._name(node, place, local)
            case syntax.Signed():
                inner = self.tensor(node.operand, place, local)
                return None if inner is None else Tensor(tuple(-e for e in inner.entries), inner.shape)
            case syntax.Sum():
                return self._sum(node, place, local)
            case syntax.Product():
                return self._product(node, place, local)
            case syntax.Power():
                return self._power(node, place, local)
            case syntax.Called():
                return self.call(self, node, place, local)
            case syntax.Subscript():
                return self._subscript(node, place, local)
            case syntax.Listing():
                return self._listing(node, place, local)
            case syntax.Comparison() | syntax.Logic() | syntax.Negate():
                self.wrong("E303", "a condition where a number is expected", node.span, "write where(condition, a, b)")
            case syntax.Range():
                self.wrong("E303", "an index belongs to `sum` or `prod`", node.span, "write sum(e, k in 1:5)")
            case syntax.OnPart():
                help_ = "write integral(e, on = PART)"
                self.wrong("E303", "`on =` belongs to `integral`, `maximum` and their like", node.span, help_)
        return None

    def _broken(self, name: str) -> bool:
        return name in self.scope.names.declared and self.scope.names.declared[name].kind == "broken"

    def _coordinates_words(self) -> str:
        known = [*self.scope.symbols, *(f"{g}[k]" for g in self.scope.groups)]
        return f"the coordinates are {name_words(known)}" if known else "declare coordinates with `domain` or `time`"

    def _name(self, node: syntax.Name, place: Place, local: Locals) -> Tensor | None:
        name = node.name
        if name in local:
            return local[name]
        if self._broken(name):
            return None
        if name == "pi":
            return scalar(sp.pi)
        if name == "inf":
            help_ = "write a number: what is far enough away" if place is PLACES["interval"] else "it stands in bounds"
            self.wrong("E304", f"`inf` has no meaning in {place.words}", node.span, help_)
            return None
        if name == "normal":
            if not place.boundary:
                self.wrong("E304", f"`normal` has no meaning in {place.words}", node.span, "it belongs to `boundary`")
                return None
            return vector(normal(len(self.scope.space))) if self.scope.space else None
        if name == "identity" and not place.coordinates:
            self.wrong(
                "E304", f"`identity` has no meaning in {place.words}", node.span, "only constants may stand here"
            )
            return None
        if name == "identity":
            n = len(self.scope.space)
            if not n:
                return None  # the domain is broken, and says so
            return Tensor(tuple(sp.Integer(i == j) for i in range(n) for j in range(n)), (n, n))
        declaration = self.scope.names.declared.get(name)
        if declaration is None:
            if name in FUNCTIONS or name in OPERATORS or derivative_letters(name, self.scope.names.letters()):
                self.wrong("E303", f"`{name}` needs an argument", node.span, f"write {name}(...)")
            else:
                self.unknown(node, called=False)
            return None
        match declaration.kind:
            case "swept" if place.coordinates or place.swept:
                return scalar(self.scope.symbols[name]) if name in self.scope.symbols else None
            case "swept":
                message = f"the swept parameter `{name}` has no meaning in {place.words}"
                self.wrong("E304", message, node.span, "only constants may stand here")
                return None
            case "coordinate" | "group" if not place.coordinates:
                message = f"the coordinate `{name}` has no meaning in {place.words}"
                self.wrong("E304", message, node.span, "only constants may stand here")
                return None
            case "coordinate":
                return scalar(self.scope.symbols[name]) if name in self.scope.symbols else None
            case "group":
                return vector(tuple(self.scope.groups[name].values())) if name in self.scope.groups else None
            case "field":
                if place is PLACES["on"] and name in self.scope.ends:
                    return scalar(self.scope.ends[name])
                if not place.fields:
                    help_ = "only constants may stand here"
                    if place is PLACES["interval"]:
                        help_ = f"an end that moves is a field alone, as in `x in [0, {name}]`"
                    if place.coordinates:
                        help_ = f"write exact({name}) for its exact solution"
                    if place is PLACES["exact"]:
                        help_ = "it is written in coordinates and parameters, or by the exact solution of another field"
                    if place in (PLACES["level"], PLACES["part"], PLACES["on"]):
                        help_ = "places are made of coordinates"
                    self.wrong("E304", f"the field `{name}` has no meaning in {place.words}", node.span, help_)
                    return None
                return scalar(self.scope.fields[name]) if name in self.scope.fields else None
            case "param":
                symbol = self.scope.parameters.get(name)
                return None if symbol is None else scalar(symbol)
            case "let":
                let = declaration.node
                assert isinstance(let, syntax.Let)
                if let.parameters:
                    wanted = ", ".join(p.name for p in let.parameters)
                    self.wrong("E303", f"`{name}` needs arguments", node.span, f"write {name}({wanted})")
                    return None
                return self.let(let, {}, node.span, place)
            case "vector" if not place.fields:
                help_ = f"write exact({name})" if place.coordinates else "only constants may stand here"
                self.wrong("E304", f"the vector `{name}` has no meaning in {place.words}", node.span, help_)
            case "vector":
                if name in self.scope.vectors:
                    return vector(tuple(self.scope.fields[f] for f in self.scope.vectors[name]))
            case "part":
                self.wrong("E303", f"`{name}` is a part, not a number", node.span, "parts belong to `on` and `in`")
            case "unknown" if not place.unknowns:
                message = f"the unknown `{name}` has no meaning in {place.words}"
                self.wrong("E304", message, node.span, "only constants may stand here")
            case "unknown":
                symbol = self.scope.parameters.get(name)
                return None if symbol is None else scalar(symbol)
            case "function":
                wanted = ", ".join(a.name for a in arguments_of(declaration.node))
                self.wrong("E303", f"`{name}` needs arguments", node.span, f"write {name}({wanted})")
        return None

    def unknown(self, node: syntax.Name, called: bool, arguments: Sequence[str] = ()) -> None:
        found = unknown_name(node, self.scope.names, called, arguments)
        self.wrong(found.code, found.message, found.span, found.help)

    def let(self, let: syntax.Let, local: Locals, use: Span, place: Place) -> Tensor | None:
        if any(inner is let for inner, _ in self._inside):
            return None  # cyclic: reported where it is declared
        if len(self._inside) >= DEEPEST:
            message = f"this is defined through more than {DEEPEST} other names"
            self.wrong("E303", message, use, "write some of them out")
            return None
        with self._within(let, use):
            return self.tensor(let.body, place, local)

    def _sum(self, node: syntax.Sum, place: Place, local: Locals) -> Tensor | None:
        found = [(sign, self.tensor(term, place, local)) for sign, term in node.terms]
        if any(t is None for _, t in found):
            return None
        terms = [(sign, t) for sign, t in found if t is not None]
        shape = next((t.shape for _, t in terms if not t.zero), ())
        leader = next((t for _, t in terms if not t.zero), terms[0][1])
        for _, term in terms:
            if not term.zero and term.shape != shape:
                message = f"{leader.words} and {term.words} cannot be added"
                also = ((leader.span, leader.words), (term.span, term.words))
                help_ = "take a component, V[1], or norm(V)" if 0 in (leader.rank, term.rank) else "mind the components"
                self.wrong("E301", message, terms[0][1].span | term.span, help_, *also)
                return None
        entries = []
        for place_ in range(len(leader.entries)):
            values = [(s, t.entries[place_ if not t.zero else 0]) for s, t in terms]
            entries.append(sp.Add(*(v if s == "+" else -v for s, v in values)))
        return self.finite(Tensor(tuple(entries), shape), node.span, real=True)

    def _quotients(self, node: syntax.Product) -> bool:
        """Whether a product holds derivatives written as `du/dx`, after it was said how to write them."""
        found = False
        for (_, above), (sign, below) in zip(node.factors, node.factors[1:], strict=False):
            spelled = derivative_of(above, below, self.scope.names) if sign == "/" else ""
            if spelled:
                self.wrong(
                    "E201", "this is not how a derivative is written", above.span | below.span, f"write {spelled}"
                )
            found |= bool(spelled)
        return found

    def _product(self, node: syntax.Product, place: Place, local: Locals) -> Tensor | None:
        if self._quotients(node):
            return None
        found = [(sign, self.tensor(factor, place, local)) for sign, factor in node.factors]
        if any(t is None for _, t in found):
            return None
        result: Tensor | None = None
        scalars: list[sp.Expr] = []
        constant = 1.0
        for sign, factor in found:
            assert factor is not None
            if factor.rank and (sign == "/" or result is not None):
                span = node.factors[0][1].span | factor.span
                verb = "divided by" if sign == "/" else "multiplied with `*` by"
                first = result.words if result is not None else RANKS[0]
                help_ = "use dot(a, b) or cross(a, b)" if sign == "*" else "divide by one component at a time"
                self.wrong("E301", f"{first} cannot be {verb} {factor.words}", span, help_, (factor.span, factor.words))
                return None
            if factor.rank:
                result = factor
                continue
            value = self.constant(factor.scalar)
            if value is not None:
                with np.errstate(all="ignore"):
                    constant = float(np.divide(constant, value) if sign == "/" else np.multiply(constant, value))
                if not np.isfinite(constant):
                    self.not_finite(constant, factor.span if value == 0 else node.span, node.span, real=True)
                    return None
            scalars.append(factor.scalar if sign == "*" else 1 / factor.scalar)
        if result is None:
            product = sp.Mul(*scalars)
            if any(
                p.exp.is_Number and abs(p.exp) > HIGHEST_POWER
                for p in sp.Mul.make_args(product)
                if isinstance(p, sp.Pow)
            ):
                self.wrong("E303", f"powers go up to {HIGHEST_POWER}", node.span, "shorten the product")
                return None
            return self.finite(scalar(product), node.span, real=True)
        return Tensor(tuple(sp.Mul(*scalars, e) for e in result.entries), result.shape)

    def _power(self, node: syntax.Power, place: Place, local: Locals) -> Tensor | None:
        base, exponent = self.tensor(node.base, place, local), self.tensor(node.exponent, place, local)
        if base is None or exponent is None:
            return None
        for operand in (base, exponent):
            if operand.rank:
                help_ = "write dot(U, U) for the square of a vector"
                self.wrong(
                    "E301", f"`^` takes scalars, not {operand.words}", node.span, help_, (operand.span, operand.words)
                )
                return None
        values = self.constant(base.scalar), self.constant(exponent.scalar)
        power: Any = raised(base.scalar, exponent.scalar) if values[0] is None else base.scalar
        if power.is_Pow and power.exp.is_Number and abs(power.exp) > HIGHEST_POWER:
            self.wrong("E303", f"powers go up to {HIGHEST_POWER}", node.span, "write exp(n*log(x)) if you mean it")
            return None
        if values[0] is not None and values[1] is not None:
            with np.errstate(all="ignore"):
                result = float(np.power(values[0], values[1]))
            if not np.isfinite(result):
                self.not_finite(result, node.span, node.span, real=False)
                return None
            if abs(values[1]) > 64:
                return scalar(sp.Float(result))
        return scalar(raised(base.scalar, exponent.scalar))

    def exact(self, fields: tuple[str, ...], span: Span) -> tuple[sp.Expr, ...] | None:
        """The exact solutions of fields; E305 for those without one."""
        missing = [n for n in fields if n not in self.scope.solved]
        if missing and self.scope.whole:
            listed = ", ".join(f"`{n}`" for n in missing)
            help_ = "add " + ", ".join(f"`exact {n} = ...`" for n in missing)
            self.wrong("E305", f"there is no exact solution for {listed}", span, help_)
        if any(n not in self.scope.exact for n in fields):
            return None
        return tuple(self.scope.exact[n] for n in fields)

    # ---- constants -------------------------------------------------------------------------------------------------

    def constant(self, expression: sp.Expr) -> float | None:
        """The value of an expression of numbers and parameters, in double precision."""
        if expression.free_symbols - self.scope.values.keys():
            return None
        return float(evaluate(expression, self.scope.values, self._memo))

    def about(self, expression: sp.Expr) -> tuple[float, ...] | None:
        """The values of an expression of constants at both ends and in the middle of what is swept; else None."""
        if expression.free_symbols - self.scope.values.keys() - self.scope.swept.keys():
            return None
        ends = [{s: pair[k] for s, pair in self.scope.swept.items()} for k in (0, 1)]
        halfway = {s: middle(*pair) for s, pair in self.scope.swept.items()}
        return tuple(float(evaluate(expression, {**self.scope.values, **own})) for own in (halfway, *ends))

    def finite(self, found: Tensor, span: Span, real: bool) -> Tensor | None:
        value = self.constant(found.scalar) if found.rank == 0 else None
        if value is not None and not np.isfinite(value):
            self.not_finite(value, span, span, real)
            return None
        return found

    def not_finite(self, value: float, span: Span, whole: Span, real: bool) -> None:
        """E306 where the real numbers have no answer, E603 where it is infinite or undefined."""
        if np.isnan(value) and not real:
            help_ = "check the sign; a complex field is two fields, its real and its imaginary part"
            self.wrong("E306", "this is not a real number", whole, help_)
        else:
            words = "is infinite or overflows" if np.isinf(value) else "is not a number"
            self.wrong("E603", f"this constant {words}", whole, "check the denominator and the size of the exponents")

    def deviation(self, node: Any, without: str = "it is found from what the fit leaves") -> sp.Expr | None:
        """A standard deviation, which must be a positive constant; `without` says what is so where none is written."""
        found = self.scalar(node, PLACES["deviation"])
        worth = None if found is None else self.constant(found)
        if worth is not None and worth <= 0:
            self.wrong(
                "E303",
                "a standard deviation is positive",
                node.span,
                f"leave `noise` out: {without}",
            )
            return None
        return found

    def integer(self, node: syntax.Expression, span: Span, local: Locals) -> int | None:
        place = PLACES["index"]
        value = self.scalar(node, place, local)
        if value is None:
            return None
        number = self.constant(value)
        if number is None or number != round(number):
            self.wrong(
                "E303", "an index must be a whole number", span, "use numbers, parameters and the index of a sum"
            )
            return None
        if abs(number) > 10**6:
            self.wrong("E303", f"{number:g} is too large for an index", span, "sums and groups run over up to 1000")
            return None
        return round(number)

    # ---- lists and components --------------------------------------------------------------------------------------

    def _listing(self, node: syntax.Listing, place: Place, local: Locals) -> Tensor | None:
        items = [self.tensor(i, place, local) for i in node.items]
        if any(i is None for i in items):
            return None
        known = [i for i in items if i is not None]
        if not known:
            self.wrong("E303", "an empty list", node.span, "write [a, b]")
            return None
        if known[0].rank > 1 or any(i.shape != known[0].shape for i in known):
            also = tuple((i.span, i.words) for i in (known[0], known[-1]))
            self.wrong(
                "E301",
                "the items of a list must have the same rank",
                node.span,
                "write [a, b] or [[a, b], [c, d]]",
                *also,
            )
            return None
        entries = tuple(e for i in known for e in i.entries)
        return Tensor(entries, (len(known), *known[0].shape))

    def _subscript(self, node: syntax.Subscript, place: Place, local: Locals) -> Tensor | None:
        if isinstance(node.base, syntax.Name) and node.base.name in self.scope.groups:
            group = self.scope.groups[node.base.name]
            if not place.coordinates:
                self.wrong(
                    "E304",
                    f"the coordinate `{node.base.name}` has no meaning in {place.words}",
                    node.span,
                    "only constants may stand here",
                )
                return None
            index = self.integer(node.indices[0], node.span, local)
            if index is None:
                return None
            if len(node.indices) > 1:
                self.wrong("E303", f"`{node.base.name}` takes one index", node.span, f"write {node.base.name}[{index}]")
                return None
            if index not in group:
                words = f"`{node.base.name}` runs from {min(group)} to {max(group)}"
                self.wrong("E303", f"there is no `{node.base.name}[{index}]`", node.span, words)
                return None
            return scalar(group[index])
        named = node.base.name if isinstance(node.base, syntax.Name) else ""
        if named and named not in self.scope.names.declared and named.lower() in FUNCTIONS:
            self.wrong("E201", f"`{named}` is not declared", node.base.span, f"write {named.lower()}(...)")
            return None
        if isinstance(node.base, syntax.Number):
            self.wrong("E301", "a number has no components, nor units", node.span, UNITLESS)
            return None
        base = self.tensor(node.base, place, local)
        if base is None:
            return None
        if base.rank == 0:
            self.wrong("E301", "a scalar has no components", node.span, "remove the brackets", (base.span, "a scalar"))
            return None
        if len(node.indices) > base.rank:
            self.wrong("E303", f"{base.words} takes {base.rank} index", node.span, "write V[1]")
            return None
        places = []
        for given, count in zip(node.indices, base.shape, strict=False):
            index = self.integer(given, node.span, local)
            if index is None:
                return None
            if not 1 <= index <= count:
                self.wrong("E303", f"there is no component {index}", node.span, f"components run from 1 to {count}")
                return None
            places.append(index - 1)
        if len(places) < base.rank:
            return vector(base.rows()[places[0]])
        return scalar(base.at(*places))


def _whole(text: str) -> bool:
    return "." not in text and "e" not in text


def arguments_of(node: object) -> tuple[syntax.Name, ...]:
    """The arguments with which a field, a table or an unknown was declared."""
    match node:
        case syntax.Signature() | syntax.Sought():
            return node.arguments
        case syntax.Tabulated():
            return node.signature.arguments
        case _:
            return ()


_RELATIONS: Mapping[str, Callable[..., sp.Basic]] = {
    "=": sp.Eq,
    "<": sp.Lt,
    "<=": sp.Le,
    ">": sp.Gt,
    ">=": sp.Ge,
}
