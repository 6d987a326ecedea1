pde 1
title "Fisher-KPP: a travelling front"
param r = 12
let s = sqrt(r/6)
domain x in [-2, 3]
time t in [0, 0.5]
field u(x, t)

equation: dt(u) = dxx(u) + r*u*(1 - u)
initial:  u = exact(u)
boundary: u = exact(u)  on all

exact u = 1/(1 + exp(s*x - 5*r/6*t))^2
