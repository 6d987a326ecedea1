"""From a call `name(argument, ...)` to SymPy components: operators, functions, sums, derivatives and abbreviations."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.meaning.expressions import Walk, arguments_of
from pdedsl.meaning.given import given, jump, point_source
from pdedsl.meaning.names import derivative_letters
from pdedsl.meaning.place import PLACES, Locals, Place
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import TooLarge, derivative_order, expand_derivatives
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.given import Tabulated
from pdedsl.problem.printer import write_expression
from pdedsl.problem.statements import Integral
from pdedsl.syntax import syntax
from pdedsl.vocabulary.functions import FUNCTIONS, SAFE
from pdedsl.vocabulary.operators import EXTREMES, INTEGRALS, OPERATORS, SHAPES, SPATIAL, Operator
from pdedsl.vocabulary.tensor import RANKS, Tensor, scalar, vector
from pdedsl.vocabulary.words import RESERVED

HIGHEST = 8
LONGEST = 1000
WIDEST = 10_000
MOST_ARGUMENTS = 16


def called(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """What `name(...)` means at a place: a tensor, or None after a diagnostic on the walk."""
    name = node.name.name
    declaration = walk.scope.names.declared.get(name)
    if declaration is not None and declaration.kind == "let" and isinstance(declaration.node, syntax.Let):
        return call_let(walk, node, declaration.node, place, local)
    if declaration is not None and declaration.kind == "function":
        return given(walk, node, arguments_of(declaration.node), place, local)
    if declaration is not None or name in local or name in NOT_FUNCTIONS:
        return not_callable(walk, node)
    letters = derivative_letters(name, walk.scope.names.letters())
    if not place.coordinates and (letters or name in SPATIAL or name in ("d", "exact")):
        walk.wrong("E304", f"`{name}` has no meaning in {place.words}", node.span, "only constants may stand here")
        return None
    match name:
        case "sum" | "prod":
            return series(walk, node, place, local)
        case "where":
            return where(walk, node, place, local)
        case "d":
            return derivative(walk, node, place, local)
        case "exact":
            return exact(walk, node, place)
        case "jump":
            return jump(walk, node, place, local)
        case "delta":
            return point_source(walk, node, place, local)
        case _ if name in INTEGRALS:
            return integral(walk, node, place, local)
        case _ if name in OPERATORS:
            return apply_operator(walk, node, OPERATORS[name], place, local)
        case _ if name in FUNCTIONS:
            return function(walk, node, place, local)
        case _ if name in SHAPES:
            walk.wrong(
                "E304",
                f"the shape `{name}` has no meaning in {place.words}",
                node.span,
                "shapes belong to `domain (x, y) = ...`",
            )
            return None
        case _ if letters:
            if not walk.takes(node, 1, f"{name}(u)"):
                return None
            operand = walk.tensor(node.arguments[0], place, local)
            return differentiate(
                walk, node, operand, [(walk.scope.symbols[c], 1) for c in letters if c in walk.scope.symbols]
            )
    broken = walk.scope.names.of("broken")
    if (
        name[0] != "d"
        or not name[1:]
        or not (name[1:] in broken or set(name[1:]) <= {*broken, *walk.scope.names.letters()})
    ):
        text = walk.scope.text
        walk.unknown(node.name, called=True, arguments=[text[a.span.start : a.span.end] for a in node.arguments])
    for argument in node.arguments:
        if not isinstance(argument, syntax.Range | syntax.OnPart):
            walk.tensor(argument, place, local)
    return None


def integral(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """`integral(e)`, `mean(e)`, `maximum(e)`, `integral(e, on = PART)`; componentwise."""
    name = node.name.name
    if not place.integrals or (name in EXTREMES and not place.extremes):
        help_ = "it belongs to `report`" if name in EXTREMES else "write the constant itself"
        walk.wrong("E304", f"`{name}` has no meaning in {place.words}", node.span, help_)
        return None
    plain = [a for a in node.arguments if not isinstance(a, syntax.OnPart)]
    parts = [a for a in node.arguments if isinstance(a, syntax.OnPart)]
    if len(plain) != 1 or len(parts) > 1 or isinstance(plain[0], syntax.Range):
        walk.wrong("E303", f"`{name}` takes an expression", node.span, f"write {name}(e) or {name}(e, on = PART)")
        return None
    where: sp.Basic | None = None
    named: str | None = None
    if parts:
        part = parts[0].part
        where = walk.condition(part, PLACES["on"], local)
        if where is None:
            return None
        named = part.name if isinstance(part, syntax.Name) else write_expression(where)
    operand = walk.tensor(plain[0], PLACES["integral on a boundary"] if parts else PLACES["integral"], local)
    if operand is None:
        return None
    kind: Any = name
    found = [Integral(entry, where, named, kind, node.span) for entry in operand.entries]
    walk.integrals.update((i.symbol, i) for i in found)
    return Tensor(tuple(i.symbol for i in found), operand.shape)


def not_callable(walk: Walk, node: syntax.Called) -> None:
    """Say why a name that is no function cannot be called, and what was probably meant."""
    name = node.name.name
    declaration = walk.scope.names.declared.get(name)
    if declaration is not None and declaration.kind == "broken":
        return
    if declaration is not None and declaration.kind == "field":
        help_ = _instead_of_call(walk, node, [a.name for a in arguments_of(declaration.node)])
    else:
        help_ = f"products need a `*`: write {name}*(...)"
    walk.wrong("E303", f"`{name}` is not a function", node.span, help_)


def _instead_of_call(walk: Walk, node: syntax.Called, declared: Sequence[str]) -> str:
    """What to write for `u(x, t)`, for a value at a point, at the start and in the past."""
    name = node.name.name
    time = next((c.name for c in walk.scope.coordinates if c.kind == "time"), None)
    for own, argument in zip(declared, node.arguments, strict=False):
        moved = isinstance(argument, syntax.Sum) and argument.terms[0][1] == syntax.Name(argument.span, own)
        if own == time and moved:
            return f"write {name}: delays are not part of the language"
        if isinstance(argument, syntax.Number) and own != time:
            at = f"{own} = {argument.text}"
            return f"write {name}, and where it holds: `boundary: {name} = ...  on {at}`, or `report ... at (..)`"
        if isinstance(argument, syntax.Number):
            return f"write {name}, in `initial: {name} = ...` for the start of time, in `boundary: ... on {own} = ...` for its end"
    known = ", ".join(declared)
    at = "for a value at a point use `constraint ... at (..)` or `report ... at (..)`"
    return f"`{name}` already depends on ({known}): write {name}; {at}"


NOT_FUNCTIONS = ("pi", "normal", "identity")
"""Built-in names that are no functions."""


def call_let(walk: Walk, node: syntax.Called, let: syntax.Let, place: Place, local: Locals) -> Tensor | None:
    """The body of a `let`, its parameters standing for the arguments."""
    wanted = ", ".join(p.name for p in let.parameters)
    if not let.parameters:
        walk.wrong(
            "E303",
            f"`{let.name.name}` takes no arguments",
            node.span,
            f"write {let.name.name}",
            (let.name.span, "declared here"),
        )
        return None
    if len(node.arguments) != len(let.parameters):
        message = f"`{let.name.name}` takes {len(let.parameters)} argument{'s' if len(let.parameters) > 1 else ''}, not {len(node.arguments)}"
        walk.wrong("E303", message, node.span, f"write {let.name.name}({wanted})", (let.name.span, "declared here"))
        return None
    values = [walk.tensor(a, place, local) for a in node.arguments]
    if any(v is None for v in values):
        return None
    inner = {p.name: v for p, v in zip(let.parameters, values, strict=True) if v is not None}
    return walk.let(let, inner, node.span, place)


def apply_operator(walk: Walk, node: syntax.Called, operator: Operator, place: Place, local: Locals) -> Tensor | None:
    """A vector operator of the table `OPERATORS`, its ranks and dimensions checked."""
    name = node.name.name
    letters = "uvw"[: len(operator.ranks)] if 0 in operator.ranks[0] else "UVW"[: len(operator.ranks)]
    if not walk.takes(node, len(operator.ranks), f"{name}({', '.join(letters)})"):
        return None
    if operator.boundary and not place.boundary:
        walk.wrong("E304", f"`{name}` has no meaning in {place.words}", node.span, "it belongs to `boundary`")
        return None
    if name in SPATIAL and not walk.scope.space:
        declared = [
            n
            for n in walk.scope.names.of("coordinate", "group", "broken")
            if n not in walk.scope.symbols and n not in walk.scope.groups
        ]
        if not declared:
            walk.wrong("E302", f"`{name}` needs a domain", node.span, "declare one: domain x in [0, 1]")
        return None
    operands = [walk.tensor(a, place, local) for a in node.arguments]
    if any(o is None for o in operands):
        return None
    known = [o for o in operands if o is not None]
    for operand, ranks in zip(known, operator.ranks, strict=True):
        if operand.zero:
            continue
        if operand.rank not in ranks:
            wanted = " or ".join(RANKS[r] for r in ranks)
            message = f"`{name}` takes {wanted}, not {operand.words}"
            help_ = _RANK_HELP.get((name, operand.rank), f"give it {wanted}; V[1] is a component of V")
            walk.wrong("E302", message, node.span, help_, (operand.span, operand.words))
            return None
    if any(o.zero for o in known):
        return Tensor((sp.Integer(0),), zero=True)
    if (
        max(len(o.entries) for o in known) * max(len(walk.scope.space), known[-1].shape[-1] if known[-1].rank else 1)
        > WIDEST
    ):
        walk.wrong("E303", f"`{name}` has too many components here", node.span, f"{WIDEST} are allowed")
        return None
    if not operator.fits(len(walk.scope.space), known):
        found = " and ".join(o.words for o in known)
        dimensions = f"in {len(walk.scope.space)} dimension{'s' if len(walk.scope.space) > 1 else ''}"
        walk.wrong("E302", f"`{name}` does not take {found} {dimensions}", node.span, f"it needs {operator.needs}")
        return None
    return operator.meaning(walk.scope.space, normal(len(walk.scope.space)), known)


def function(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """An elementary function of scalars, its constant arguments inside its domain."""
    name = node.name.name
    function = FUNCTIONS[name]
    if name in ("min", "max") and len(node.arguments) > 2:
        if len(node.arguments) > MOST_ARGUMENTS:
            walk.wrong("E303", f"`{name}` takes up to {MOST_ARGUMENTS} arguments", node.span, "nest them")
            return None
    elif name in ("min", "max") and len(node.arguments) == 1:
        largest = "maximum" if name == "max" else "minimum"
        help_ = f"`{name}` is of two numbers: for the extreme over the domain write {largest}(...), in a report"
        walk.wrong("E303", f"`{name}` takes 2 arguments, not 1", node.span, help_)
        return None
    elif not walk.takes(node, function.arity, f"{name}({', '.join('ab'[: function.arity])})"):
        return None
    operands = [walk.tensor(a, place, local) for a in node.arguments]
    if any(o is None for o in operands):
        return None
    values = []
    for operand in operands:
        assert operand is not None
        if operand.rank:
            help_ = "use norm(V), or a component V[1]"
            walk.wrong(
                "E301",
                f"`{name}` takes a scalar, not {operand.words}",
                node.span,
                help_,
                (operand.span, operand.words),
            )
            return None
        values.append(operand.scalar)

    def apply(arguments: Sequence[sp.Expr]) -> sp.Expr:
        return reduce(function.symbol, arguments) if len(arguments) > 2 else function.symbol(*arguments)

    constants = [walk.constant(v) for v in values]
    if all(c is not None for c in constants):
        # In double precision first: SymPy must never see what overflows or is not real.
        dummies = sp.symbols(f"a:{len(values)}", real=True)
        numbers = dict(zip(dummies, map(np.float64, constants), strict=True))
        result = float(evaluate(apply(dummies), numbers))
        if not np.isfinite(result):
            walk.not_finite(result, node.span, node.span, real=False)
            return None
    with SAFE():
        found = apply(values)
    if found.has(sp.nan):
        walk.not_finite(float("nan"), node.span, node.span, real=True)
        return None
    return scalar(found)


def series(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """`sum` and `prod` over an index, term by term."""
    name = node.name.name
    index = node.arguments[1] if len(node.arguments) == 2 else None
    if not isinstance(index, syntax.Range):
        walk.wrong("E303", f"`{name}` takes an expression and an index", node.span, f"write {name}(e, k in 1:5)")
        return None
    body = node.arguments[0]
    if index.name.name in RESERVED or derivative_letters(index.name.name, walk.scope.names.letters()):
        message = f"`{index.name.name}` belongs to the language"
        walk.wrong("E203", message, index.name.span, "choose another index, say `k`")
        return None
    if index.name.name in walk.scope.names.declared or index.name.name in local:
        earlier = walk.scope.names.declared.get(index.name.name)
        also = ((earlier.span, "declared here"),) if earlier else ()
        walk.wrong(
            "E202",
            f"the index `{index.name.name}` is already a name",
            index.name.span,
            "choose another letter",
            *also,
        )
        return None
    first, last = (walk.integer(b, node.span, local) for b in (index.first, index.last))
    if first is None or last is None:
        return None
    if last - first + 1 > LONGEST:
        walk.wrong("E303", f"`{name}` runs over more than {LONGEST} terms", node.span, f"{LONGEST} are allowed")
        return None
    terms = []
    for k in range(first, last + 1):
        term = walk.tensor(body, place, {**local, index.name.name: scalar(sp.Integer(k))})
        if term is None:
            return None
        terms.append(term)
    if not terms:
        return Tensor((sp.Integer(0 if name == "sum" else 1),), zero=name == "sum")
    if any(t.shape != terms[0].shape for t in terms) or (name == "prod" and terms[0].rank):
        walk.wrong("E301", f"`{name}` of {terms[0].words}", node.span, "its terms must be scalars")
        return None
    join = sp.Add if name == "sum" else sp.Mul
    entries = (join(*values) for values in zip(*(t.entries for t in terms), strict=True))
    return (
        walk.finite(Tensor(tuple(entries), terms[0].shape), node.span, real=True)
        if not terms[0].rank
        else (Tensor(tuple(entries), terms[0].shape))
    )


def where(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """`where(condition, a, b)`: both branches of one shape, the condition of constants and coordinates."""
    if not walk.takes(node, 3, "where(condition, a, b)"):
        return None
    pending: list[syntax.Node] = [node.arguments[0]]
    equality = False
    while pending:
        part = pending.pop()
        equality |= isinstance(part, syntax.Comparison) and part.operator == "="
        pending.extend(syntax.children(part))
    if equality:
        walk.wrong(
            "E303",
            "an equality holds at no point that is ever drawn",
            node.span,
            "use <= or >=, or a part of the domain",
        )
        return None
    condition = walk.condition(node.arguments[0], place, local)
    recorded = len(walk.terms)
    first, second = (walk.tensor(a, place, local) for a in node.arguments[1:])
    del walk.terms[recorded:]  # a branch may be singular where it is not taken
    if condition is None or first is None or second is None:
        return None
    if first.shape != second.shape and not (first.zero or second.zero):
        walk.wrong(
            "E301", f"`where` between {first.words} and {second.words}", node.span, "both must have the same rank"
        )
        return None
    shape = first.shape if not first.zero else second.shape
    count = max(len(first.entries), len(second.entries))
    pairs = zip(
        first.entries * (count if first.zero else 1), second.entries * (count if second.zero else 1), strict=False
    )
    return Tensor(tuple(sp.Piecewise((a, condition), (b, True)) for a, b in pairs), shape)


def derivative(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """`d(e, x, 2, y)`: any derivative, coordinates with their orders."""
    if len(node.arguments) < 2:
        walk.wrong("E303", "`d` takes an expression and coordinates", node.span, "write d(u, x) or d(u, x, 2)")
        return None
    operand = walk.tensor(node.arguments[0], place, local)
    variables: list[tuple[sp.Symbol, int]] = []
    for argument in node.arguments[1:]:
        if variables and not isinstance(argument, syntax.Name | syntax.Subscript):
            count = walk.integer(argument, node.span, local)
            if count is None:
                return None
            if count < 1:
                walk.wrong("E303", "the order of a derivative is at least 1", node.span, "write d(u, x, 2)")
                return None
            variables[-1] = (variables[-1][0], count)
            continue
        symbol = walk.coordinate(argument, local)
        if symbol is None:
            return None
        variables.append((symbol, 1))
    return differentiate(walk, node, operand, variables)


def differentiate(
    walk: Walk, node: syntax.Called, operand: Tensor | None, variables: Sequence[tuple[sp.Symbol, int]]
) -> Tensor | None:
    """A tensor, component by component, by coordinates; E205 if a field inside depends on none of them."""
    if operand is None or not variables:
        return None
    symbols = set().union(*(e.free_symbols for e in operand.entries))
    for symbol, _ in variables:
        if symbol not in symbols:
            words = inside_words(walk, node) or "this expression"
            own = [name for name, value in walk.scope.fields.items() if operand.rank == 0 and operand.scalar == value]
            help_ = f"it would be 0: write another letter after `d`, or something that holds `{symbol.name}`"
            if own:
                arguments = ", ".join(str(a) for a in (*operand.scalar.args, symbol))
                help_ = f"declare it so: field {own[0]}({arguments})"
            walk.wrong("E205", f"{words} does not depend on `{symbol.name}`", node.span, help_)
            return None
    entries = []
    for entry in operand.entries:
        variables_ = [(s, n) for s, n in variables]
        found = sp.Derivative(entry, *variables_) if {s for s, _ in variables} <= entry.free_symbols else sp.Integer(0)
        if isinstance(found, sp.Derivative) and derivative_order(found) > HIGHEST:
            walk.wrong("E303", f"derivatives go up to order {HIGHEST}", node.span, "check the letters after `d`")
            return None
        try:
            bent = expand_derivatives(found).atoms(Tabulated)
        except TooLarge:
            walk.wrong("E303", "this derivative has too many terms", node.span, "differentiate a simpler expression")
            return None
        for own in (type(t) for t in bent):
            most = 2 if own.held.degree == 3 else 1
            if sum(own.orders) > most:
                message = f"the table `{own.title}` is smooth enough for {'two derivatives' if most > 1 else 'one'}"
                walk.wrong("E303", message, node.span, "smooth it, or leave `linear` out" if most == 1 else "smooth it")
                return None
        entries.append(found)
    return Tensor(tuple(entries), operand.shape)


def inside_words(walk: Walk, node: syntax.Called) -> str:
    """The argument of a call as it stands in a message, if it is a name."""
    argument = node.arguments[0]
    return f"`{argument.name}`" if isinstance(argument, syntax.Name) else ""


def exact(walk: Walk, node: syntax.Called, place: Place) -> Tensor | None:
    """`exact(u)`: the stated solution of a field or vector."""
    argument = node.arguments[0] if len(node.arguments) == 1 else None
    declaration = walk.scope.names.declared.get(argument.name) if isinstance(argument, syntax.Name) else None
    if declaration is not None and declaration.kind == "broken":
        return None
    if not isinstance(argument, syntax.Name) or declaration is None or declaration.kind not in ("field", "vector"):
        if isinstance(argument, syntax.Name) and declaration is None:
            walk.unknown(argument, called=False)
        else:
            walk.wrong("E303", "`exact` takes the name of a field", node.span, "write exact(u)")
        return None
    if not place.coordinates:
        walk.wrong("E304", f"`exact` has no meaning in {place.words}", node.span, "only constants may stand here")
        return None
    fields = walk.scope.vectors.get(argument.name, ()) if declaration.kind == "vector" else (argument.name,)
    found = walk.exact(fields, node.span) if fields else None
    if found is None:
        return None
    return vector(found) if declaration.kind == "vector" else scalar(found[0])


_RANK_HELP: Mapping[tuple[str, int], str] = {
    ("div", 0): "`div` is of a vector; write grad(u) or laplacian(u) for a scalar",
    ("grad", 2): "`grad` is of a scalar or a vector",
    ("curl", 0): "`curl` is of a vector",
    ("dot", 0): "write a*b for scalars",
    ("norm", 0): "write abs(u) for a scalar",
}
