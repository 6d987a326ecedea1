"""The keys and values of the `solve` block as one table, and from what the user wrote to a checked choice."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pdedsl.problem.choices import Call, Choice
from pdedsl.syntax import syntax
from pdedsl.vocabulary.diagnostics import Diagnostic, not_yet, suggest

MOST = 10_000_000
"""The largest count of anything."""


@dataclass(frozen=True)
class Number:
    """A number with what is asked of it."""

    words: str
    integer: bool = False
    least: float = 0.0
    """Values must be above this (integers: at least this)."""
    most: float = float("inf")
    """Values may be this, and no more."""

    def accepts(self, value: float) -> bool:
        if not self.integer:
            return self.least < value <= self.most
        return self.least <= value <= MOST and value == int(value)


@dataclass(frozen=True)
class Words:
    """One of some words."""

    words: Collection[str]


@dataclass(frozen=True)
class Signature:
    """A call: its arguments in order, the last of which may repeat, and its keywords."""

    arguments: tuple["Kind", ...] = ()
    repeats: bool = False
    keywords: Mapping[str, "Kind"] = field(default_factory=dict)
    least: int = 0
    later: bool = False
    """Part of the language, not yet built."""


@dataclass(frozen=True)
class Calls:
    """One of some calls, or a bare number where `number` allows it."""

    calls: Mapping[str, Signature]
    number: Number | None = None
    sums: bool = False
    """Several may be added."""


@dataclass(frozen=True)
class Pair:
    """Two numbers in parentheses, or one of some words."""

    words: str
    """What the two are."""
    first: Number
    second: Number
    instead: Collection[str]


Kind = Number | Words | Calls | Pair

COUNT = Number("a positive whole number", integer=True, least=1)
NATURAL = Number("a whole number, 0 or more", integer=True, least=0)
POSITIVE = Number("a positive number")
ANY = Number("a number", least=float("-inf"))
NOT_NEGATIVE = Number("a number, 0 or more", least=-1e-300)
FILTER = Words(("hard", "soft"))

ACTIVATIONS: dict[str, float] = dict.fromkeys(("tanh", "sin", "gelu", "swish"), float("inf"))
"""Activations and how many continuous derivatives they have."""

CUTOFFS = Calls(
    {
        "trust": Signature(keywords={"target": POSITIVE, "rungs": COUNT, "ratio": POSITIVE}),
        "fixed": Signature((POSITIVE,), least=1, keywords={"filter": FILTER}),
        "relative": Signature((POSITIVE,), least=1, keywords={"filter": FILTER}),
        "decay": Signature((POSITIVE, POSITIVE, COUNT), least=3, keywords={"filter": FILTER}),
        "multi": Signature((POSITIVE,)),
        "heldout": Signature(),
    }
)
KEYS: Mapping[str, Kind] = {
    "network": Calls(
        {
            "mlp": Signature(
                (COUNT,),
                repeats=True,
                least=1,
                keywords={
                    "activation": Words(ACTIVATIONS),
                    "scale": POSITIVE,
                    "inputs": Words(("scaled", "raw")),
                    "deviation": POSITIVE,
                },
            ),
            "fourier": Signature((POSITIVE,), repeats=True, later=True),
        }
    ),
    "space": Calls(
        {
            "auto": Signature(),
            "network": Signature(),
            "polynomials": Signature(
                (COUNT,),
                repeats=True,
                least=1,
                keywords={"terms": Words(("total", "product", "cross", "additive", "composite", "family"))},
            ),
            "features": Signature((COUNT,), least=1),
            "corners": Signature((COUNT,)),
        },
        sums=True,
    ),
    "stretch": Words(("auto", "none", "faces")),
    "symmetry": Calls({"auto": Signature(), "none": Signature()}),
    "slabs": Calls({"auto": Signature()}, number=COUNT),
    "points": Calls(
        {
            "random": Signature((COUNT,), least=1),
            "sobol": Signature((COUNT,), least=1),
            "grid": Signature((COUNT,), repeats=True, least=1),
            "adaptive": Signature((COUNT,), least=1, keywords={"every": COUNT}),
        },
        number=COUNT,
    ),
    "method": Calls(
        {
            "anagram": Signature(
                keywords={
                    "cutoff": CUTOFFS,
                    "rows": Words(("scaled", "unscaled")),
                    "factor": Words(("auto", "svd", "qr", "gram", "dual", "krylov")),
                    "corrections": NATURAL,
                    "rank": COUNT,
                    "momentum": Number("a number from 0 to 0.999", least=-1e-300, most=0.999),
                    "sketch": Number("a part of the points, above 0 and at most 1", most=1.0),
                    "directions": NATURAL,
                }
            ),
            "adam": Signature(keywords={"rate": POSITIVE}),
            "lbfgs": Signature(keywords={"memory": COUNT}),
            "bfgs": Signature(),
            "gradient_descent": Signature(),
            "engd": Signature(),
        }
    ),
    "steps": COUNT,
    "time_limit": POSITIVE,
    "tolerance": NOT_NEGATIVE,
    "sizes": Pair("mean and spread", ANY, POSITIVE, instead=("auto",)),
    "seed": NATURAL,
    "precision": Calls({"double": Signature(), "mixed": Signature(), "single": Signature()}),
}


@dataclass(frozen=True)
class Checked:
    """A setting that was looked at."""

    key: str
    value: Choice | None
    diagnostics: tuple[Diagnostic, ...]


OWNERS: Mapping[str, str] = {"points": "statement", "sizes": "field", "space": "field", "stretch": "coordinate"}
"""Keys that may be set for one thing of a kind alone: `points.NAME`, `sizes.NAME`."""


def check_setting(
    setting: syntax.Setting, owners: Mapping[str, Collection[str]] | None = None, coordinates: int = 0
) -> Checked:
    """A setting against the table; `owners` are the statements and the fields by the word for them, if all are known."""
    head, *rest = setting.key
    key = ".".join(n.name for n in setting.key)
    if head.name not in KEYS:
        message = f"`{head.name}` is not a key of the solve block"
        return Checked(key, None, (Diagnostic("E201", message, head.span, _hint(head.name, tuple(KEYS))),))
    if rest and head.name not in OWNERS:
        message = f"`{head.name}` holds for the whole problem: `.{rest[0].name}` has no meaning"
        listed = ", ".join(f"`{k}` takes that of a {owner}" for k, owner in OWNERS.items())
        help_ = f"leave the name out; {listed}"
        return Checked(key, None, (Diagnostic("E201", message, rest[0].span, help_),))
    known = () if owners is None or not rest else tuple(owners[OWNERS[head.name]])
    if rest and owners is not None and rest[0].name not in known:
        message = f"no {OWNERS[head.name]} is called `{rest[0].name}`"
        return Checked(key, None, (Diagnostic("E201", message, rest[0].span, _hint(rest[0].name, known)),))
    if isinstance(setting.value, syntax.Pair) and isinstance(KEYS[head.name], Pair) and not rest:
        message, help_ = f"a pair belongs to one {OWNERS[head.name]}", f"write `{head.name}.NAME = (300, 50)`"
        return Checked(key, None, (Diagnostic("E201", message, setting.value.span, help_),))
    found = list(_check(setting.value, KEYS[head.name], head.name))
    if not found and head.name == "points" and coordinates:
        found += _check_grid(setting.value, coordinates, bool(rest))
    if not found and head.name == "space":
        found += _check_space(setting.value, coordinates)
    return Checked(key, None if found else to_choice(setting.value), tuple(found))


def _check_grid(value: syntax.Value, coordinates: int, condition: bool) -> Iterator[Diagnostic]:
    """A grid has one count for all coordinates or one for each; on a face there is one coordinate less."""
    if not isinstance(value, syntax.Word) or value.name.name != "grid":
        return
    allowed = {1, coordinates, *([coordinates - 1] if condition else [])}
    if len(value.arguments) not in allowed:
        message = f"`grid` with {len(value.arguments)} counts in {coordinates} coordinates"
        counts = ", ".join(["20"] * coordinates)
        yield Diagnostic(
            "E303", message, value.span, "write grid(20)" if coordinates == 1 else f"write grid(20) or grid({counts})"
        )


def _check_space(value: syntax.Value, coordinates: int) -> Iterator[Diagnostic]:
    """Polynomials have one degree for all coordinates or one for each, a cross has one; `auto` is added to nothing."""
    for word in value.words if isinstance(value, syntax.Words) else [value]:
        if isinstance(value, syntax.Words) and isinstance(word, syntax.Word) and word.name.name == "auto":
            yield Diagnostic("E201", "`auto` is the whole space", word.span, "write `auto` alone, or choose the parts")
        if not isinstance(word, syntax.Word) or word.name.name != "polynomials":
            continue
        degrees = [a for a in word.arguments if not isinstance(a, syntax.Keyword)]
        said = (str(to_choice(a.value)) for a in word.arguments if isinstance(a, syntax.Keyword))
        single = next((name for name in said if name in ("cross", "additive", "composite")), None)
        allowed = {1} if single or not coordinates else {1, coordinates}
        if coordinates and len(degrees) not in allowed:
            message = f"`polynomials` with {len(degrees)} degrees in {coordinates} coordinates"
            each = "" if single or coordinates == 1 else f" or polynomials({', '.join(['16'] * coordinates)})"
            terms = f", terms = {single}" if single else ""
            yield Diagnostic("E303", message, word.span, f"write polynomials(20{terms}){each}")


def to_choice(value: syntax.Value) -> Choice:
    """A value without its places."""
    match value:
        case syntax.Constant():
            number = value.value
            return int(number) if number == int(number) and "." not in value.text else number
        case syntax.Text():
            return Call(value.text)
        case syntax.Pair():
            return value.first.value, value.second.value
        case syntax.Words():
            return Call("+", tuple(map(to_choice, value.words)))
        case syntax.Word():
            plain = tuple(to_choice(a) for a in value.arguments if not isinstance(a, syntax.Keyword))
            keywords = tuple(
                (a.name.name, to_choice(a.value)) for a in value.arguments if isinstance(a, syntax.Keyword)
            )
            return Call(value.name.name, plain, keywords)


def _hint(name: str, known: tuple[str, ...]) -> str:
    return suggest(name, known) or f"choose from: {', '.join(known)}"


def _check(value: syntax.Value, kind: Kind, what: str) -> Iterator[Diagnostic]:
    match kind:
        case Number():
            if not isinstance(value, syntax.Constant) or not kind.accepts(value.value):
                yield Diagnostic("E201", f"`{what}` takes {kind.words}", value.span, f"write, say, {_some(kind)}")
        case Words():
            word = value.name.name if isinstance(value, syntax.Word) and not value.arguments else None
            if word not in kind.words:
                help_ = _hint(word or "", tuple(kind.words))
                yield Diagnostic("E201", f"not a value of `{what}`", value.span, help_)
        case Calls():
            if isinstance(value, syntax.Constant) and kind.number:
                yield from _check(value, kind.number, what)
            elif isinstance(value, syntax.Words) and kind.sums:
                for word in value.words:
                    yield from _check(word, kind, what)
            elif not isinstance(value, syntax.Word):
                yield Diagnostic(
                    "E201", f"not a value of `{what}`", value.span, f"choose from: {', '.join(kind.calls)}"
                )
            elif value.name.name not in kind.calls:
                message = f"`{value.name.name}` is not a value of `{what}`"
                yield Diagnostic("E201", message, value.name.span, _hint(value.name.name, tuple(kind.calls)))
            else:
                yield from _check_call(value, kind.calls[value.name.name], what)
        case Pair():
            if isinstance(value, syntax.Pair):
                yield from _check(value.first, kind.first, what)
                yield from _check(value.second, kind.second, what)
            elif not isinstance(value, syntax.Word) or value.name.name not in kind.instead or value.arguments:
                help_ = f"write, say, `(300, 50)`: {kind.words}; or {' or '.join(kind.instead)}"
                yield Diagnostic("E201", f"not a value of `{what}`", value.span, help_)


def _check_call(value: syntax.Word, signature: Signature, what: str) -> Iterator[Diagnostic]:
    name = value.name.name
    plain = [a for a in value.arguments if not isinstance(a, syntax.Keyword)]
    most = len(plain) if signature.repeats else len(signature.arguments)
    if not signature.least <= len(plain) <= most:
        wanted = (
            signature.arguments[0].words if signature.arguments and isinstance(signature.arguments[0], Number) else ""
        )
        message = f"`{name}` takes {wanted or 'no plain arguments'}"
        yield Diagnostic("E303", message, value.span, f"write, say, `{name}({'20' if wanted else ''})`")
    for argument, kind in zip(plain, signature.arguments + signature.arguments[-1:] * len(plain), strict=False):
        yield from _check(argument, kind, name)
    seen: set[str] = set()
    for argument in value.arguments:
        if not isinstance(argument, syntax.Keyword):
            continue
        if argument.name.name in seen:
            yield Diagnostic("E202", f"`{argument.name.name}` stands here twice", argument.name.span, "remove one")
        seen.add(argument.name.name)
        if argument.name.name not in signature.keywords:
            message = f"`{name}` has no option `{argument.name.name}`"
            yield Diagnostic("E201", message, argument.name.span, _hint(argument.name.name, tuple(signature.keywords)))
        else:
            yield from _check(argument.value, signature.keywords[argument.name.name], argument.name.name)
    if signature.later:
        ready = [n for n, s in _calls(what).items() if not s.later]
        yield not_yet(f"`{what} = {name}`", value.name.span, f"choose from: {', '.join(ready)}")


def _calls(what: str) -> Mapping[str, Signature]:
    kind = CUTOFFS if what == "cutoff" else KEYS[what]
    assert isinstance(kind, Calls)
    return kind.calls


def _some(kind: Number) -> str:
    return "100" if kind.integer else "1e-6" if kind.most > 1 else "0.5"
