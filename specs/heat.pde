pde 1
title "Heat, 1+1D, with the operators by name"
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
let D(w) = dt(w) - dxx(w)/4
let f = 0

equation: D(u) = f
initial:  u = sin(pi*x)  hard
boundary: u = 0  on x = 0, x = 1  hard

exact u = exp(-pi^2*t/4)*sin(pi*x)
