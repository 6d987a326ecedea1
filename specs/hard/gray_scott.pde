pde 1
title "Gray-Scott: a pulse that splits"
param b = 0.02, c = 0.0862
domain x in [-25, 25]
time t in [0, 100]
field u(x, t), v(x, t)
periodic x
let pulse = sin(pi*(x - 25)/50)^24

equation feed: dt(u) = dxx(u) + b*(1 - u) - u*v^2
equation kill: dt(v) = dxx(v)/100 - c*v + u*v^2
initial:       u = 1 - pulse/2
initial:       v = pulse/4

reference: u, v from "../references/gray_scott.csv"
