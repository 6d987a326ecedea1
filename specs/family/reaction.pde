pde 1
title "A nonlinear Poisson equation, four modes of its source"

param a[1:4] in [-1, 1]
domain x in [0, 1]
field u(x)

let f = 10*sum(a[k]*sin(k*pi*x), k in 1:4)

equation: -dxx(u) + u^3 = f
boundary: u = 0  on all

report middle = u  at (1/2)
