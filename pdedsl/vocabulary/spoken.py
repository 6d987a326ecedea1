"""From the numbers of a place to words, and from words with commas to their parts."""

from collections.abc import Iterable, Mapping
from itertools import groupby

MANY = 4
"""Members of a group from which it is told as a list; of a list that is told, the first and the last."""


def name_words(names: Iterable[str]) -> str:
    """`x, t`; of the many of a group `a[1], a[2], ..., a[9]`."""
    found = []
    for _, members in groupby(names, _group):
        own = list(members)
        found += own if len(own) <= MANY else [*own[:2], "...", own[-1]]
    return ", ".join(found)


def _group(name: str) -> str:
    return name.partition("[")[0]


def value_words(name: str, value: float, off: float) -> str:
    """`u = 0.341130895119 ± 2e-14`."""
    return f"{name} = {value:.12g} \N{PLUS-MINUS SIGN} {off:.0e}"


def place_words(where: Mapping[str, float], digits: int = 3) -> str:
    """`x = 0.5, t = 1`; of the many `a[1]`, `a[2]`, ... of a group `a = [0.1, 0.2, ..., 0.9]`."""
    found = []
    for group, members in groupby(where.items(), lambda own: _group(own[0])):
        own = list(members)
        if len(own) < MANY:
            found += [f"{name} = {value:.{digits}g}" for name, value in own]
        else:
            first, second, *_, last = (f"{value:.{digits}g}" for _, value in own)
            found.append(f"{group} = [{first}, {second}, ..., {last}]")
    return ", ".join(found)


def where_words(where: Mapping[str, float], digits: int = 4) -> str:
    """The same behind what is so there, ` at x = 0.5`; nothing of no place."""
    return f" at {place_words(where, digits)}" if where else ""


def split(text: str) -> list[str]:
    """`a, b(c = 1, d = 2)` to its parts: commas inside brackets do not count."""
    depth, parts = 0, [""]
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [p.strip() for p in parts if p.strip()]
