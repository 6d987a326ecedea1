"""What declarations mean, each by itself."""

import sympy as sp


def test_a_wrong_argument_is_told_once(declared) -> None:
    found = declared("domain x in [0, 1]\nfield u(x, z), v(z)")
    assert [d.code for d in found.diagnostics] == ["E201"] and not found.sound


def test_exact_solutions_may_need_each_other(declared) -> None:
    text = "domain x in [0, 1]\nfield u(x), v(x), w(x)\nvector U = (u, v)\nlet f = 2*exact(w)\n"
    found = declared(text + "exact v = exact(u) + 1\nexact u = f\nexact w = x")
    assert {n: str(e) for n, e in found.scope.exact.items()} == {"u": "2*x", "v": "2*x + 1", "w": "x"}
    round_ = declared(text + "exact u = exact(v)\nexact v = exact(u)\nexact w = x")
    assert [d.code for d in round_.diagnostics] == ["E204"] and list(round_.scope.exact) == ["w"]


def test_exact_solutions_may_be_put_together_of_parts(declared) -> None:
    found = declared("domain x in [0, 1]\nfield u(x)\nexact u = f\nlet f = where(a, 1, 2)\npart a: x < 0.5")
    assert str(found.scope.exact["u"]) == "Piecewise((1, x < 0.5), (2, True))"


def test_parts_in_terms_of_parts(declared) -> None:
    found = declared("domain x in [0, 1]\nfield u(x)\npart a: not b\npart b: x > 0.5")
    assert [p.name for p in found.domain.parts] == ["a", "b"]
    assert found.scope.parts["a"] == sp.Not(found.scope.parts["b"])
    assert [d.code for d in declared("domain x in [0, 1]\nfield u(x)\npart a: not b\npart b: a").diagnostics] == [
        "E204"
    ]
