"""From what was written to what was probably meant: names that are not declared, derivatives as quotients, faces by name."""

import re
from collections.abc import Mapping, Sequence

from pdedsl.meaning.names import Names
from pdedsl.meaning.scope import Scope
from pdedsl.problem.printer import write_expression
from pdedsl.syntax import syntax
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.functions import FUNCTIONS
from pdedsl.vocabulary.operators import INTEGRALS, OPERATORS
from pdedsl.vocabulary.spoken import name_words
from pdedsl.vocabulary.words import FOREIGN_CALLS, LOOKALIKES

_SIDES: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("left", "west", "inlet"), (0, 0)),
    **dict.fromkeys(("right", "east", "outlet"), (0, 1)),
    **dict.fromkeys(("bottom", "south", "lower"), (1, 0)),
    **dict.fromkeys(("top", "north", "upper", "lid"), (1, 1)),
    "front": (2, 0),
    "back": (2, 1),
}
"""What people call the faces of a box: the axis and the end."""


def derivative_of(above: syntax.Expression, below: syntax.Expression, names: Names) -> str:
    """`dt(u)` for `du/dt`, `dn(u)` for `du/dn`, `dxx(u)` for `d2u/dx2` and `d^2u/dx^2`; nothing for a real quotient."""

    def word(node: syntax.Expression) -> tuple[str, int]:
        match node:
            case syntax.Name(name=name):
                return name, 1
            case syntax.Power(base=syntax.Name(name=name), exponent=syntax.Number(text=text)) if text.isdigit():
                return name, int(text)
            case _:
                return "", 0

    (upper, _), (lower, count) = word(above), word(below)
    field_ = re.fullmatch(r"d(\d?)(\w+)", upper)
    axis = re.fullmatch(r"d([^\W\d]+)(\d?)", lower)
    if field_ is None or axis is None or upper in names.declared:
        return ""
    if field_[2] not in names.of("field", "vector", "broken") or axis[1] not in (*names.of("coordinate"), "n"):
        return ""
    times = max(int(field_[1] or 1), int(axis[2] or 1), count)
    if axis[1] == "n" and "n" not in names.declared:
        return f"dn({field_[2]})"
    letters = axis[1] * times
    return f"d{letters}({field_[2]})" if len(axis[1]) == 1 else f"d({field_[2]}, {axis[1]}, {times})"


def unknown_name(name: syntax.Name, names: Names, called: bool, arguments: Sequence[str] = ()) -> Diagnostic:
    """E201 with the best guess at what was meant; `arguments` are those of a call, as far as they are words."""
    letters = names.letters()
    message, help_ = f"`{name.name}` is not declared", ""
    stem, _, tail = name.name.rpartition("_")
    known = names.declared.get(stem)
    rest = name.name[1:]
    if known and known.kind in ("field", "vector") and tail and set(tail) <= letters:
        help_ = f"write d{tail}({stem})"
    elif name.name.lower() in FOREIGN_CALLS:
        help_ = f"write {FOREIGN_CALLS[name.name.lower()].format(*(*arguments, 'u', 'x'))}"
    elif name.name in LOOKALIKES:
        help_ = f"write {LOOKALIKES[name.name]}"
    elif called and name.name.startswith("d") and rest and rest in names.declared:
        help_ = f"write d(u, {rest})" if names.declared[rest].kind == "coordinate" else f"write d(u, {rest}[1])"
        message = f"`{name.name}` is not an operator"
    elif called and name.name.startswith("d") and rest[:-1] in names.declared and rest[-1:].isdigit():
        plain = names.declared[rest[:-1]].kind == "coordinate"
        help_ = f"write d(u, {rest[:-1]}, {rest[-1]})" if plain else f"write d(u, {rest[:-1]}[{rest[-1]}])"
        message = f"`{name.name}` is not an operator"
    elif called and name.name.startswith("d") and rest and set(rest) <= set(names.of("group")):
        help_ = f"write d(u, {rest[0]}[1])" if len(rest) == 1 else f"write d(u, {rest[0]}[1], {len(rest)})"
        message = f"`{name.name}` is not an operator: `{rest[0]}` is a group of coordinates"
    elif not called and _stuck_together(name.name, names):
        help_ = f"write {_stuck_together(name.name, names)}"
    elif (
        called
        and name.name.startswith("d")
        and 0 < len(rest) <= 4
        and set(rest) - letters
        and set(rest) & {*letters, *"xyzt"}
    ):
        missing = next(c for c in rest if c not in letters)
        message = f"`{name.name}`: there is no coordinate {missing}"
        coordinates = names.of("coordinate", "group")
        help_ = f"the coordinates are {name_words(coordinates)}" if coordinates else "declare it: domain x in [0, 1]"
    else:
        calls = [*FUNCTIONS, *OPERATORS, *INTEGRALS, "sum", "prod", "where", "exact"]
        derivatives = [f"d{a}{b}" for a in sorted(letters) for b in ("", a)]
        pool = [n for n, d in names.declared.items() if d.kind != "broken"]
        pool += [*calls, *derivatives] if called else ["pi", "normal"]
        same = next((n for n in pool if n.lower() == name.name.lower()), "")
        help_ = f"did you mean `{same}`?" if same else suggest(name.name, pool)
        if not help_:
            help_ = (
                "declare it: `param`, `let`, `field` or `domain`"
                if not called
                else f"declare it: let {name.name}(w) = ..."
            )
    return Diagnostic("E201", message, name.span, help_)


def _stuck_together(name: str, names: Names) -> str:
    """`dxx(u)` for `uxx`, `d2u` and `du`."""
    fields = sorted(names.of("field", "vector"), key=len, reverse=True)
    letters = names.letters()
    for field_ in fields:
        tail = name.removeprefix(field_)
        if tail and tail != name and set(tail) <= letters:
            return f"d{tail}({field_})"
        count = name.removesuffix(field_)
        if count in ("d", "d2", "d3", "d4") and letters:
            return f"d{sorted(letters)[-1 if len(letters) == 1 else 0] * int(count[1:] or 1)}({field_})"
    return ""


def side(name: str, scope: Scope) -> str:
    """How to declare a part that is not there: `left` and its like are faces."""
    space = [c for c in scope.coordinates if c.kind == "space"]
    axis, end = _SIDES.get(name.lower(), (0, None))
    if end is None or axis >= len(space) or space[axis].group is not None:
        return f"declare it: part {name}: {space[0].name if space else 'x'} > 0.5"
    bound = write_expression((space[axis].lower, space[axis].upper)[end])
    return f"write {space[axis].name} = {bound}, or declare it: part {name}: {space[axis].name} = {bound}"
