"""What people type who come from FlexPDE, FreeFEM, Mathematica, MATLAB, COMSOL, Python and LaTeX: one message each."""

import pytest

from pdedsl.stages.load import check
from pdedsl.syntax.phrases import around, phrase
from pdedsl.vocabulary.diagnostics import render
from pdedsl.vocabulary.source import Source

HEAT = """pde 1
param k = 2
domain x in [0, 1]
time t in [0, 1]
field T(x, t)
equation: dt(T) = k*dxx(T)
initial: T = sin(pi*x)
boundary: T = 0 on x = 0, x = 1
"""
POISSON = """pde 1
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: -laplacian(u) = 1
boundary: u = 0 on all
"""
DECAY = """pde 1
time t in [0, 1]
field r(t)
equation: dt(r) = -r
initial: r = 1
"""

TYPED = [
    (HEAT, 'param k = 2', 'unknown k in [0.1, 10]', 'write `unknown k = 5.05 in [0.1, 10]`'),
    (HEAT, 'initial: T = sin(pi*x)', 'initial: T from "start.csv"', 'write `table T0(x) from "start.csv"`, then `T = T0(x)`'),
    (POISSON, '= 1\n', '= 1\nreport top = maximum(u, on x = 1)\n', 'write `on = x = 1`'),
    (POISSON, '= 1\n', '= dirac(x - 0.5)\n', 'write delta(x - 0.5)'),
    (DECAY, 'dt(r) = -r', 'dr/dt = -r', 'write dt(r)'),
    (HEAT, 'dt(T) = k*dxx(T)', 'dT/dt = k*dxx(T)', 'write dt(T)'),
    (HEAT, 'T = 0 on', 'dT/dn = 0 on', 'write dn(T)'),
    (POISSON, 'u = 0 on', 'du/dn = 0 on', 'write dn(u)'),
    (DECAY, 'dt(r) = -r', "r' = -r", 'write dt(r)'),
    (HEAT, '= k*dxx(T)', '= k*dxx(T) - T(x, t - 1)', 'write T: delays are not part of the language'),
    (HEAT, 'T = 0 on x = 0, x = 1', 'T(0, t) = T(1, t)', 'what joins both ends is `periodic x`, in a line of its own'),
    (POISSON, '= 1\n', '= 1i*u\n', 'fields are real'),
    (POISSON, '= 1\n', '= sqrt(-1)*u\n', 'check the sign; a complex field is two fields, its real and its imaginary part'),
    (HEAT, 'param k = 2', 'param k = 1e-3 m', 'write the number alone, in the units of your choice'),
    (HEAT, 'time t in [0, 1]', 'time t in [0, 5 min]', 'write the number alone, in the units of your choice'),
    (HEAT, 'param k = 2', 'param k = 25 °C', 'write the number alone, in the units of your choice'),
    (HEAT, 'param k = 2', 'param k = 300 K', 'write the number alone, in the units of your choice'),
    (HEAT, 'param k = 2', 'param k = 373,15', 'numbers are written with a decimal point: 373.15'),
    (POISSON, '= 1\n', '= if x < 0.5 then 1 else 10\n', 'write where(x < 0.5, 1, 10)'),
    (POISSON, '= 1\n', '= 1 if y < 0.5 else 0\n', 'write where(y < 0.5, 1, 0)'),
    (HEAT, 'T = 0 on x = 0, x = 1', 'T = 0 at x = 0, x = 1', 'say where it holds with `on`: `on all`, `on x = 0, x = 1`'),
    (HEAT, 'boundary: T = 0 on x = 0, x = 1', 'boundary: value(T) = 0 on all', 'write T = ... on ...'),
    (HEAT, 'boundary: T = 0 on x = 0, x = 1', 'boundary: natural(T) = 0 on all', 'write dn(T) = ... on ...'),
    (POISSON, 'domain x in [0, 1], y in [0, 1]\nfield u(x, y)', 'domain (a, b, c, d) = ball([0, 0, 0, 0], 1)\nfield u(a, b, c, d)', 'choose another name, say `d0`'),
    (POISSON, '-laplacian(u) = 1', 'del2(u) + 1 = 0', 'write laplacian(u)'),
    (POISSON, '-laplacian(u) = 1', 'u: div(grad(u)) = 1', 'write `equation u: ...`'),
    (POISSON, 'u = 0 on all', 'value(u) = 0 on all', 'write u = ... on ...'),
    (POISSON, 'u = 0 on all', 'natural(u) = 0 on all', 'write dn(u) = ... on ...'),
    (POISSON, 'u = 0 on all', 'load(u) = 0 on all', 'write dn(u) = ... on ...'),
    (POISSON, 'domain x in [0, 1], y in [0, 1]', 'coordinates cartesian2', 'there is no mesh: write `domain x in [0, 1], y in [0, 1]`'),
    (POISSON, 'field u(x, y)', 'variables u', 'write `field u(x)`'),
    (POISSON, 'equation: -laplacian(u) = 1', 'equation: int2d(Th)(dx(u)*dx(v)+dy(u)*dy(v)) = 0', 'state the equation itself, as -laplacian(u) = f'),
    (POISSON, 'boundary: u = 0 on all', 'boundary: on(1, u = 0)', 'write `boundary: u = 0  on x = 0`'),
    (POISSON, 'domain x in [0, 1], y in [0, 1]', 'mesh Th = square(10, 10)', 'there is no mesh: write `domain x in [0, 1], y in [0, 1]`'),
    (POISSON, 'field u(x, y)', 'fespace Vh(Th, P1)', 'write `field u(x, y)`: spaces are chosen from the text'),
    (POISSON, 'equation: -laplacian(u) = 1', 'equation: D[u[x, y], x, x] + D[u[x, y], {y, 2}] == 1', 'write dx(u), or d(u, x, 2)'),
    (POISSON, 'equation: -laplacian(u) = 1', 'equation: Laplacian[u[x,y], {x,y}] == 1', 'write laplacian(...): calls take parentheses'),
    (POISSON, 'boundary: u = 0 on all', 'boundary: DirichletCondition[u[x,y] == 0, True]', 'write `u = ... on ...`, or `dn(u) = ... on ...`'),
    (HEAT, 'sin(pi*x)', 'Sin[Pi x]', 'write sin(...): calls take parentheses'),
    (HEAT, 'sin(pi*x)', 'Exp[-x]', 'write exp(...)'),
    (HEAT, 'time t in [0, 1]', 'time {t, 0, 1}', 'it looks like: time t in [0, 1]'),
    (HEAT, 'dt(T) = k*dxx(T)', 'dt(T) = k.*dxx(T)', 'write `*`: it is meant at each point anyway'),
    (HEAT, 'sin(pi*x)', 'sin(pi.*x).^2', 'write `*`: it is meant at each point anyway'),
    (HEAT, 'initial: T = sin(pi*x)', 'initial: T = @(x) sin(pi*x)', 'write the expression itself, or name it: let f(x) = ...'),
    (HEAT, 'sin(pi*x)', 'sin(pi*x);', 'a statement ends with its line: remove it'),
    (HEAT, 'param k = 2', 'param k = 2 % conductivity', 'comments begin with `#`'),
    (HEAT, 'domain x in [0, 1]', 'domain x = 0:0.1:1', 'it looks like: domain x in [0, 1], y in [0, 1]'),
    (HEAT, 'param k = 2', 'param k = 2[W/m/K]', 'write the number alone, in the units of your choice'),
    (HEAT, 'k*dxx(T)', 'k*T.xx', 'write dxx(u)'),
    (HEAT, 'dt(T) = k*dxx(T)', 'T.diff(t) = k*T.diff(x, 2)', 'write dx(u), or d(u, x, 2), for a derivative'),
    (HEAT, 'sin(pi*x)', 'np.sin(np.pi*x)', 'write sin(...) by its bare name'),
    (HEAT, 'sin(pi*x)', 'math.sin(math.pi*x)', 'write sin(...) by its bare name'),
    (HEAT, 'sin(pi*x)', 'sin(pi*x) if x > 0.5 else 0', 'write where(x > 0.5, sin(pi*x), 0)'),
    (HEAT, 'sin(pi*x)', 'np.where(x > 0.5, 1, 0)', 'write where(...) by its bare name'),
    (HEAT, 'sin(pi*x)', 'lambda x: sin(pi*x)', 'write the expression itself, or name it: let f(x) = ...'),
    (HEAT, 'sin(pi*x)', 'x**2 // 2', 'numbers are real: write `/`; comments begin with `#`'),
    (HEAT, 'param k = 2', 'k = 2', 'write `param k = 2`'),
    (HEAT, 'param k = 2', 'param k: 2', 'write `=` instead of the colon: param D = 1e-3'),
    (HEAT, 'param k = 2', 'param k = 2_000', 'write `2000`'),
    (HEAT, 'initial: T = sin(pi*x)', 'initial: T(x, 0) = sin(pi*x)', 'write T, in `initial'),
    (HEAT, 'boundary: T = 0 on x = 0, x = 1', 'boundary: T(0, t) = 0, T(1, t) = 0', 'state each condition in a line of its own; a vector is written [0, 0]'),
    (POISSON, '-laplacian(u) = 1', '-\\Delta u = 1', 'write laplacian(u)'),
    (POISSON, '-laplacian(u) = 1', '\\nabla^2 u = 1', 'write laplacian(u)'),
    (POISSON, '-laplacian(u) = 1', '\\frac{\\partial^2 u}{\\partial x^2} = 1', 'write dx(u), or d(u, x, 2)'),
    (POISSON, '-laplacian(u) = 1', 'u_{xx} + u_{yy} = 1', 'write dxx(u)'),
    (POISSON, '-laplacian(u) = 1', 'Δu = 1', 'write laplacian(u)'),
    (HEAT, 'dt(T) = k*dxx(T)', '∂T/∂t = k ∂²T/∂x²', 'write dt(T)'),
    (HEAT, 'sin(pi*x)', '\\sin(\\pi x)', 'write sin(...)'),
    (HEAT, 'sin(pi*x)', 'sin πx', 'write sin(πx)'),
    (POISSON, '= 1\n', '= e^x\n', 'write exp(1), and exp(x) for e^x'),
    (POISSON, '= 1\n', '= |x|\n', 'write abs(u) for an absolute value, `or` between conditions'),
    (POISSON, '= 1\n', '= sin^2(x)\n', 'write sin(...)^2'),
    (POISSON, '= 1\n', '= ln(x + 1)\n', 'write log(x + 1)'),
    (POISSON, '= 1\n', '= 2x\n', 'write `2*x`: products need a `*`'),
    (POISSON, '= 1\n', '= x y\n', 'products need a `*`'),
    (POISSON, '= 1\n', '= max(u)\n', '`max` is of two numbers'),
    (POISSON, 'u = 0 on all', 'u = 0 on boundary', 'write `all` for the whole boundary'),
    (POISSON, 'u = 0 on all', 'u = 0 for x = 0', 'say where it holds with `on`: `on all`, `on x = 0, x = 1`'),
    (POISSON, 'u = 0 on all', 'u = 0', 'say where it holds: `on all`, `on x = 0, x = 1`'),
    (POISSON, 'u = 0 on all', 'u = 0 everywhere', 'say where it holds with `on`: `on all`, `on x = 0, x = 1`'),
    (POISSON, 'u = 0 on all', 'neumann(u) = 0 on all', 'write dn(u) = ... on ...'),
    (HEAT, 'initial: T = sin(pi*x)', 'initial: T = sin(pi*x) at t = 0', '`initial` holds at the start of time: leave it out'),
    (HEAT, 'initial: T = sin(pi*x)', 'T = sin(pi*x) at t = 0', 'say what it is'),
    (HEAT, 'time t in [0, 1]', 'time t in [0, 1 year]', 'write the number alone, in the units of your choice'),
    (HEAT, 'time t in [0, 1]', 'time t from 0 to 1', 'write `time t in [0, 1]`'),
    (HEAT, 'domain x in [0, 1]', 'domain x in (0, 1)', 'an interval is written with square brackets: [0, 1]'),
    (HEAT, 'domain x in [0, 1]', 'domain 0 < x < 1', 'write `domain x in [0, 1]`'),
    (HEAT, 'domain x in [0, 1]', 'domain x in [0, inf]', 'write a number: what is far enough away'),
]  # fmt: skip


@pytest.mark.parametrize(("good", "old", "new", "advice"), TYPED, ids=[t[2][:30] for t in TYPED])
def test_one_message_says_what_to_write(good: str, old: str, new: str, advice: str) -> None:
    assert old in good and check(Source.of(good)).diagnostics == ()
    checked = check(Source.of(good.replace(old, new, 1)))
    said = "\n".join(render(d, checked.source) for d in checked.diagnostics)
    assert len(checked.diagnostics) == 1 and advice in said, said


def test_advice_is_in_the_names_of_the_file() -> None:
    known = around("domain (a, b) = disk([0, 0], 1)\ntime s in [0, 1]\nfield v(a, b, s), w(a)\n")
    assert (known.time, known.space, known.field) == ("s", ("a", "b"), "v")
    found = phrase("equation: \\Delta v = 0", 0, known)
    assert found is not None and found.help == "write laplacian(v)"
    assert phrase('title "from 5 m to 1 K"', 0, known) is None
