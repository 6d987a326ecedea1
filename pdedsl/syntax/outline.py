"""From a Spec to its tree as text: what was read, and where it stands."""

from dataclasses import fields

from pdedsl.syntax.syntax import Node, Spec, children


def outline(spec: Spec) -> str:
    """The tree of a spec as text: a node a line with its place, what it holds below it."""
    lines: list[str] = []
    pending: list[tuple[int, object]] = [(0, s) for s in reversed(spec.statements)]
    while pending:
        depth, node = pending.pop()
        assert isinstance(node, Node)
        (line, start), (last, end) = (spec.source.position(at) for at in (node.span.start, node.span.end))
        plain = [
            f"{f.name} = {value!r}"
            for f in fields(node)
            if isinstance(value := getattr(node, f.name), str | bool | int | float)
        ]
        place = f"{line}:{start}-{end}" if line == last else f"{line}:{start}-{last}:{end}"
        lines.append(f"{'  ' * depth}{type(node).__name__} {' '.join([*plain, f'[{place}]'])}")
        pending += [(depth + 1, child) for child in reversed(list(children(node)))]
    return "\n".join(lines)
