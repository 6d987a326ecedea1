"""Why a run went no further: one made-up history for each hindrance, and a contradictory problem that stops itself."""

from dataclasses import replace

import jax.numpy as jnp
import pytest

import pdedsl
from pdedsl.analysis.advice import advice
from pdedsl.analysis.trust import Misfit
from pdedsl.solver.minimise import Outcome, Status
from pdedsl.solver.record import Record

LAST = Record(100, 10.0, 1e-3, {"equation": 5e-4, "walls": 5e-4}, 1e-6, 20, 0.5, accepted=True)


def ended(status: Status, *last: Record, first: float = 1.0) -> Outcome:
    losses = [first * 0.9**k for k in range(40)]
    early = [replace(LAST, step=k + 1, seconds=0.1 * k, loss=loss) for k, loss in enumerate(losses)]
    return Outcome(jnp.zeros(50), (*early, *last), status, 1.0)


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (replace(LAST, loss=1e-26), "rounding"),
        (replace(LAST, rank=48), "48 of its 50 directions"),
        (replace(LAST, losses={"equation": 1e-5, "walls": 9.9e-4}), "`walls` makes 99% of it"),
        (replace(LAST, accepted=False), "no step from here lowers it"),
        (LAST, "statements agree"),
    ],
)
def test_what_stands_in_the_way(last: Record, words: str) -> None:
    assert words in advice(ended("stalled", last))


def test_a_run_that_was_cut_short() -> None:
    assert "raise time_limit" in advice(ended("time limit"))
    assert "raise steps" in advice(ended("steps"))
    flat = tuple(replace(LAST, step=41 + k, seconds=4 + 0.1 * k) for k in range(100))
    assert advice(ended("time limit", *flat)) == ""
    assert advice(ended("tolerance")) == advice(ended("interrupted")) == ""


def test_a_layer_that_is_not_resolved() -> None:
    layer = (Misfit("walls", 1e-3, 2e-3, {"x": 0.0}), Misfit("equation", 0.01, 3.0, {"x": 0.98, "t": 0.5}))
    words = advice(ended("time limit"), layer)
    assert "`equation`" in words and "x = 0.98, t = 0.5" in words and "layer" in words
    assert "layer" not in advice(ended("time limit"), layer, solved=True)
    assert "layer" not in advice(ended("time limit"), layer[:1])


@pytest.mark.slow
def test_contradictions_do_not_spin() -> None:
    text = """pde 1
    domain x in [0, 1]
    field u(x)
    equation: dx(u) = 0
    boundary left: u = 0 on x = 0
    boundary right: u = 1 on x = 1
    solve {
      network = mlp(4)
      points = 40
    }
    """
    solution = pdedsl.solve(pdedsl.loads(text), steps=5000)
    assert len(solution.history) < 2000 and solution.verdict.word == "not solved"
    if solution.status == "stalled":
        assert "the loss goes no lower" in advice(solution.outcome)
    else:  # the network hides the step between its points
        why = "; ".join(solution.verdict.why)
        assert solution.status == "tolerance" and ("staircase" in why or "between the points of the training" in why)
