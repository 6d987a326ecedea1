"""What declarations mean, each by itself."""

import sympy as sp

from pdedsl.problem.atoms import Axis


def test_parameters_are_worked_out_in_their_order(declared) -> None:
    found = declared("param c = a*b, a = 2, b = a + 1\ndomain x in [0, c]\nfield u(x)")
    assert [p.name for p in found.domain.parameters] == ["a", "b", "c"]
    assert {s.name: v for s, v in found.scope.values.items()} == {"a": 2, "b": 3, "c": 6}
    assert found.domain.bounds == ((0, 6),) and found.sound and found.diagnostics == ()


def test_coordinates_have_their_places(declared) -> None:
    found = declared("time s in [0, 1]\ndomain x[1:2] in [0, 1], y in [0, 1]\nfield u(s, y, x)")
    assert [(c.name, c.kind) for c in found.domain.coordinates] == [
        *(("x[1]", "space"), ("x[2]", "space"), ("y", "space"), ("s", "time")),
    ]
    assert [s.place for s in found.domain.symbols if isinstance(s, Axis)] == [0, 1, 2, 3]
    assert found.fields[0].arguments == found.domain.symbols  # in the order of the coordinates


def test_a_wrong_argument_is_told_once(declared) -> None:
    found = declared("domain x in [0, 1]\nfield u(x, z), v(z)")
    assert [d.code for d in found.diagnostics] == ["E201"] and not found.sound


def test_exact_solutions_may_need_each_other(declared) -> None:
    text = "domain x in [0, 1]\nfield u(x), v(x), w(x)\nvector U = (u, v)\nlet f = 2*exact(w)\n"
    found = declared(text + "exact v = exact(u) + 1\nexact u = f\nexact w = x")
    assert {n: str(e) for n, e in found.scope.exact.items()} == {"u": "2*x", "v": "2*x + 1", "w": "x"}
    round_ = declared(text + "exact u = exact(v)\nexact v = exact(u)\nexact w = x")
    assert [d.code for d in round_.diagnostics] == ["E204"] and list(round_.scope.exact) == ["w"]


def test_parts_in_terms_of_parts(declared) -> None:
    found = declared("domain x in [0, 1]\nfield u(x)\npart a: not b\npart b: x > 0.5")
    assert [p.name for p in found.domain.parts] == ["a", "b"]
    assert found.scope.parts["a"] == sp.Not(found.scope.parts["b"])
    assert [d.code for d in declared("domain x in [0, 1]\nfield u(x)\npart a: not b\npart b: a").diagnostics] == [
        "E204"
    ]


def test_shapes_and_periodic_coordinates(declared) -> None:
    disk = declared("param r = 2\ndomain (x, y) = disk([1, 0], r)\nfield u(x, y)\nperiodic x")
    assert disk.domain.bounds == ((-1, 3), (-2, 2)) and [d.code for d in disk.diagnostics] == ["E304"]
    assert [
        c.periodic for c in declared("domain x in [0, 1], y in [0, 1]\nfield u(x, y)\nperiodic y").domain.coordinates
    ] == [False, True]
