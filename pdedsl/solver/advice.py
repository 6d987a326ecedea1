"""From the records of a run to why it went no further and what would help, in words."""

from collections.abc import Sequence
from statistics import median

from pdedsl.solver.minimise import Outcome
from pdedsl.solver.record import Record

LEAD = 0.9
"""The share of the loss from which one block dominates, and of the directions from which a network is used up."""
ROUNDING = 1e-24
"""What double precision leaves of a loss, relative to where it began: the square of the unit roundoff, and some more."""


def advice(outcome: Outcome) -> str:
    """Advice for a run; empty for one that reached its tolerance or that the user ended."""
    history = outcome.history
    if not history or outcome.status in ("tolerance", "interrupted"):
        return ""
    last = history[-1]
    if outcome.status != "stalled":
        what = "time_limit" if outcome.status == "time limit" else "steps"
        return f"the loss was still falling when the run ended: raise {what}" if _falling(history) else ""
    if last.loss <= ROUNDING * history[0].loss:
        return "the residual is down to rounding: double precision has no more to give"
    return f"the loss goes no lower: {_hindrance(last, outcome.parameters.shape[0])}"


def _falling(history: Sequence[Record]) -> bool:
    """Whether the last fifth of the time halved the loss; medians, since redrawn points make it jump."""
    late = [r.loss for r in history if r.seconds >= 0.9 * history[-1].seconds]
    earlier = [r.loss for r in history if 0.7 * history[-1].seconds <= r.seconds < 0.8 * history[-1].seconds]
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
