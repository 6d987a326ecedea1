"""Between the words of the `solve` block and the typed data of a plan, by one table."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from pdedsl.planning import plan
from pdedsl.problem.choices import Call, Choice
from pdedsl.spaces import space


@dataclass(frozen=True)
class Spelling:
    """A call of the language as data: which fields its plain arguments give, in order; the others are keywords."""

    kind: type
    arguments: tuple[str, ...] = ()
    repeats: bool = False
    """Whether the one argument may be repeated: its field is a tuple."""
    silent: tuple[str, ...] = ()
    """Fields that no text can hold."""


SPELLINGS: Mapping[str, Spelling] = {
    "mlp": Spelling(space.Network, ("widths",), repeats=True),
    "polynomials": Spelling(space.Polynomials, ("degrees",), repeats=True, silent=("slabs", "stretches")),
    "features": Spelling(space.Features, ("count",)),
    "corners": Spelling(space.Corners, ("order",)),
    "random": Spelling(plan.Random, ("count",)),
    "sobol": Spelling(plan.Sobol, ("count",)),
    "grid": Spelling(plan.Grid, ("counts",), repeats=True),
    "adaptive": Spelling(plan.Adaptive, ("count",)),
    "trust": Spelling(plan.Trust),
    "fixed": Spelling(plan.Fixed, ("eps",)),
    "relative": Spelling(plan.Relative, ("eps",)),
    "decay": Spelling(plan.Decay, ("start", "end", "steps")),
    "multi": Spelling(plan.Multi, ("target",)),
    "heldout": Spelling(plan.HeldOut),
    "custom": Spelling(plan.Custom, silent=("function",)),
    "anagram": Spelling(plan.Anagram),
    "engd": Spelling(plan.Engd),
    "adam": Spelling(plan.Adam),
    "lbfgs": Spelling(plan.Lbfgs),
    "bfgs": Spelling(plan.Bfgs),
    "gradient_descent": Spelling(plan.GradientDescent),
}
_NAMES = {spelling.kind: name for name, spelling in SPELLINGS.items()}


def typed(choice: Choice) -> Any:
    """A choice, which was checked before, as data; a word that is no call stays a string."""
    if isinstance(choice, tuple):
        return plan.Size(*choice)
    if not isinstance(choice, Call):
        return choice
    if choice.name == "+":
        return space.Added(tuple(map(typed, choice.arguments)))
    if choice.name not in SPELLINGS:
        return choice.name
    spelling, plain = SPELLINGS[choice.name], tuple(map(typed, choice.arguments))
    given = {spelling.arguments[0]: plain} if spelling.repeats else dict(zip(spelling.arguments, plain, strict=False))
    return spelling.kind(**given, **{key: typed(value) for key, value in choice.keywords})


def spoken(value: Any, brief: bool = False) -> Choice:
    """Data of a plan in the words of the language, all defaults said; or, in brief, none."""
    if isinstance(value, str):
        return Call(value)
    if isinstance(value, plan.Size):
        return value.mean, value.spread
    if isinstance(value, space.Added):
        return Call("+", tuple(spoken(part, brief) for part in value.parts))
    if type(value) not in _NAMES:
        return value
    name = _NAMES[type(value)]
    spelling = SPELLINGS[name]
    given = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in spelling.silent}
    if brief:
        given = {key: own for key, own in given.items() if key in spelling.arguments or not _by_default(value, key)}
    plain = [given.pop(key) for key in spelling.arguments]
    arguments = plain[0] if spelling.repeats else plain
    keywords = ((key, spoken(own, brief)) for key, own in given.items() if own is not None)
    return Call(name, tuple(spoken(a, brief) for a in arguments), tuple(keywords))


def made_of(own: plan.Plan, taken: space.Space) -> str:
    """What a solution is made of in the end, in the words of the language; of many equal degrees the first and the last."""
    if isinstance(taken, space.Each):
        named = [f"{name}: {made_of(own, part)}" for name, part in taken.own]
        return "; ".join([*named, f"others: {made_of(own, taken.others)}"])
    if isinstance(taken, space.Added):
        return " + ".join(made_of(own, part) for part in taken.parts)
    if taken == "network":
        return str(spoken(own.network, brief=True))
    words = re.sub(r"(, \d+)\1{3,}", r"\1, ...\1", str(spoken(taken, brief=True)))
    if isinstance(taken, space.Polynomials):
        words += f" in each of {len(taken.slabs) + 1} pieces of time" if taken.slabs else ""
        found = {own.is_logarithm for each in taken.stretches for own in each if own}
        words += ", in logarithms of parameters" if True in found else ""
        words += ", stretched where it is steep" if False in found else ""
    return words


def _by_default(value: Any, key: str) -> bool:
    """Whether a field is what it would be if nothing was said."""
    own = next(f for f in fields(value) if f.name == key)
    default = own.default_factory() if own.default_factory is not MISSING else own.default
    return default is not MISSING and replace(value, **{key: default}) == value
