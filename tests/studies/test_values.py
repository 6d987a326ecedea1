"""Values of a sweep in words."""

import numpy as np
import pytest

from pdedsl.studies.values import Range, designed, grid, path, ranges


def number(text: str, name: str) -> float:
    return float(text)


def test_lists_and_ranges() -> None:
    a, b, c = ranges(["a=1,2,2", "b=0.01..1:3 log", "c=3..1:5"], number)
    assert a.values == (1.0, 2.0)
    np.testing.assert_allclose(b.values, [0.01, 0.1, 1.0], rtol=1e-14)
    assert b.values[0] == 0.01 and b.values[-1] == 1.0
    assert c.values == (3.0, 2.5, 2.0, 1.5, 1.0)
    assert ranges(["b=0.01..1:3", "log"], number) == (b,)
    assert grid((a, c))[:2] == ((1.0, 3.0), (1.0, 2.5)) and len(grid((a, c))) == 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["log"], "`log` follows a range"),
        (["a=1,2", "log"], "`log` follows a range"),
        (["a=-1..1:3", "log"], "no logarithm"),
        (["a=1..1:3"], "the same"),
        (["a=1..2:1"], "at least 2"),
        (["a=..2:3"], "two ends"),
        (["a=1", "a=2"], "swept twice"),
        (["a"], "takes NAME=VALUES"),
    ],
)
def test_what_is_wrong(words: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ranges(words, number)


def test_designs_fill_the_box() -> None:
    own = (Range("a", (), 1.0, 100.0, 0, True), Range("b", (), -1.0, 1.0))
    cells = np.asarray(designed(own, "sobol:16"))
    assert cells.shape == (16, 2) and len(np.unique(cells[:, 0])) == 16
    counts = np.histogram2d(np.log10(cells[:, 0]), cells[:, 1], bins=4, range=((0, 2), (-1, 1)))[0]
    assert (counts == 1).all()
    for design in ("grid", "sobol", "sobol:0", "sobol:x"):
        with pytest.raises(ValueError, match="sobol:N"):
            designed(own, design)
    with pytest.raises(ValueError, match="without a number"):
        designed((Range("a", (1.0,)),), "sobol:4")
    with pytest.raises(ValueError, match="how many values"):
        grid(own)
    with pytest.raises(ValueError, match="runs"):
        grid([Range("a", (), 0, 1, 9999), Range("b", (), 0, 1, 9)])


def test_a_path_goes_to_the_nearest() -> None:
    assert path(((0.0,), (1.0,), (0.4,))) == [0, 2, 1]
    assert path(((1.0, 2.0),)) == [0]
