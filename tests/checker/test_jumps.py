"""What jumps under a derivative."""

import pytest

from pdedsl.checker.jumps import discontinuous


@pytest.mark.parametrize(
    ("equation", "jumps"),
    [
        ("div(k*grad(u)) = 0\nlet k = where(x > 0.5, 1, 10)", True),
        ("k*laplacian(u) = 0\nlet k = where(x > 0.5, 1, 10)", False),
        ("dy(where(x > 0.5, 1, 10)*u) = 0", False),  # along the interface nothing jumps
        ("dx(abs(x - 0.5)*u) = 0", False),  # a kink is no jump
        ("dxx(abs(x - 0.5)*u) = 0", True),
        ("dx(sign(x - 0.5)) + u = 0", True),
        ("dxx(max(x, 0.5)*u) = 0", True),
    ],
)
def test_what_is_differentiated(problem, equation: str, jumps: bool) -> None:
    assert [d.code for d in discontinuous(problem(f"equation: {equation}"))] == ["W602"] * jumps


def test_the_factor_of_the_jump_is_told(problem) -> None:
    (found,) = discontinuous(problem("equation: dx(where(x > 0.5, 1, 10)*dx(u)) = 0"))
    assert "jumps by a factor of 10 at x = 0.5" in found.message and "tanh((x - 0.5)/0.01)" in found.help
    (found,) = discontinuous(problem("equation: dx(where(x > 0.5, 0, 3)) = u"))
    assert "jumps by 3 at" in found.message
