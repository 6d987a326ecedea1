"""From a resolved Problem to what is wrong or missing in it: counting, and probing at sampled points."""

from collections.abc import Iterator

from pdedsl.checker import counting, wellposed
from pdedsl.checker.corners import disagreeing
from pdedsl.checker.entangled import entangled
from pdedsl.checker.fluxes import convection, inlets, starting
from pdedsl.checker.inexact import inexact
from pdedsl.checker.inseparable import inseparable
from pdedsl.checker.jumps import discontinuous
from pdedsl.checker.places import not_hard, short, unmet
from pdedsl.checker.singular import singular
from pdedsl.meaning.resolve import Resolution, deep_recursion
from pdedsl.meaning.tables import read_table
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic


def check(resolution: Resolution, spec: Spec) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a spec that was resolved, in the order of the text."""
    with deep_recursion():
        found = list(_found(resolution, spec))
    return tuple(_without_consequences(found, resolution.diagnostics))


def _found(resolution: Resolution, spec: Spec) -> Iterator[Diagnostic]:
    problem, defects = resolution.problem, resolution.defects
    if problem is None:
        if not spec.broken and not any(d.severity == "error" for d in resolution.diagnostics):
            yield from counting.nothing_to_solve(spec)
        return
    if defects.domain:
        return
    stated = problem.stated or problem  # counted is what was written: on a fixed interval all statements hold its ends
    located = list(unmet(problem))
    yield from located
    yield from not_hard(problem)
    empty = list(wellposed.cancelled(problem))
    yield from empty
    infinite = list(singular(problem))
    yield from infinite
    if not defects.declarations and not located and "equation" not in defects.statements:
        # What depends on less may take its law from a statement of any kind.
        if len(problem.groups) == 1 or not defects.statements:
            yield from counting.count_equations(stated)
        if not defects.statements:
            yield from counting.undetermined(stated)
            yield from entangled(stated)
            yield from inseparable(stated)
        if "initial" not in defects.statements:
            yield from counting.count_initial(stated)
        if "boundary" not in defects.statements:
            yield from counting.uncovered(problem)
    if not defects and not empty:
        yield from wellposed.ungauged(problem)
        yield from wellposed.idle(stated)
    if not located and not infinite and not empty:
        yield from wellposed.contradictory(problem)
        yield from disagreeing(problem)
        yield from starting(problem)
        untrue = list(inexact(problem))
        yield from untrue
        yield from discontinuous(problem)
        if not defects and not untrue:
            yield from wellposed.trivial(problem)
            yield from wellposed.backward(problem)
            yield from wellposed.degenerate(problem)
            yield from convection(problem)
            yield from inlets(problem)
    for table in (*problem.references, *problem.measurements):
        yield from read_table(problem, table)[1]
    yield from short(problem)


def _without_consequences(found: list[Diagnostic], earlier: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """Doubts about the whole problem say nothing new beside an error, nor beside a doubt about what causes them."""
    wrong = any(d.severity == "error" for d in (*earlier, *found))
    bare = {d.span for d in found if d.code == "W502"}
    untrue = any(d.code in ("E403", "E606") for d in found)
    for diagnostic in found:
        follows = (diagnostic.code in _OF_THE_WHOLE and wrong) or (diagnostic.code == "W504" and untrue)
        if not (follows or (diagnostic.code == "W505" and diagnostic.span in bare)):
            yield diagnostic


_OF_THE_WHOLE = ("W505", "W507", "W508", "W510", "W511", "W513")
