"""From what a run shows to why it went no further and what would help, in words."""

from collections.abc import Sequence
from statistics import median

from pdedsl.analysis.trust import Misfit
from pdedsl.solver.minimise import Outcome
from pdedsl.solver.record import Record
from pdedsl.vocabulary.spoken import place_words

LEAD = 0.9
"""The share of the loss from which one block dominates, and of the directions from which a network is used up."""
ROUNDING = 1e-24
"""What double precision leaves of a loss, relative to where it began: the square of the unit roundoff, and some more."""


NARROW = 20.0
"""How often the root mean square of a residual is in its largest value where it is all in a narrow layer."""


def advice(
    outcome: Outcome,
    misfits: Sequence[Misfit] = (),
    solved: bool = False,
    expanded: bool = False,
    singular: Sequence[tuple[str, float]] = (),
) -> str:
    """Advice for a run; empty for one that reached its tolerance, that the user ended, or that lacks nothing.

    `misfits` say where on fresh points the statements are missed; `expanded` is a solution that is no network; `singular` are
    swept parameters with values at which there is no solution.
    """
    for name, value in singular[:1]:
        return f"let the interval of `{name}` end before {value:.4g}, or begin after it"
    history = outcome.history
    if not history or outcome.status in ("converged", "tolerance", "interrupted"):
        return ""
    if not solved and (layer := _layer(misfits)):
        return layer
    if expanded:
        return "" if solved else "polynomials do not resolve it: a higher degree, or `space = network`"
    last = history[-1]
    if outcome.status != "stalled":
        what = "time_limit" if outcome.status == "time limit" else "steps"
        return f"the loss was still falling when the run ended: raise {what}" if _falling(history) else ""
    if last.loss <= ROUNDING * history[0].loss:
        return "the residual is down to rounding: double precision has no more to give"
    return f"the loss goes no lower: {_hindrance(last, outcome.parameters.shape[0])}"


def _layer(misfits: Sequence[Misfit]) -> str:
    """What to do about a residual that is large in a narrow place."""
    sharp = [m for m in misfits if m.where and m.rms > 0 and m.worst > NARROW * m.rms]
    if not sharp:
        return ""
    worst = max(sharp, key=lambda m: m.worst / m.rms)
    where = place_words(worst.where)
    return (
        f"`{worst.statement}` is missed in a narrow place, near {where}: a layer that is not resolved. "
        "More points go there by themselves, `points = 4000`; or start from a wider layer, with --param, and narrow it"
    )


def _falling(history: Sequence[Record]) -> bool:
    """Whether the last fifth of the steps halved the loss; medians, since redrawn points make it jump."""
    last = history[-1].step
    late = [r.loss for r in history if r.step >= 0.9 * last]
    earlier = [r.loss for r in history if 0.7 * last <= r.step < 0.8 * last]
    return not earlier or median(late) < 0.5 * median(earlier)


def _hindrance(last: Record, columns: int) -> str:
    """What stands in the way, by the last record."""
    total = sum(last.losses.values())
    name, largest = max(last.losses.items(), key=lambda item: item[1])
    if last.rank >= LEAD * columns:
        return f"the network uses {last.rank} of its {columns} directions: take a larger one"
    if len(last.losses) > 1 and largest >= LEAD * total:
        return (
            f"`{name}` makes {largest / total:.0%} of it: see whether it contradicts another statement, "
            f"or give it more weight or points"
        )
    if not last.accepted:
        return (
            f"no step from here lowers it, down to a cut-off of {last.cutoff:.0e}: "
            f"this network is at its best on these points; try another seed, network or more points"
        )
    return "try another network, more points or another seed, and see whether the statements agree with each other"
