pde 1
title "Fifty periods of a driven mode"
domain x in [0, 1]
time t in [0, 50]
field u(x, t)
let s = sin(2*pi*t)

equation: dtt(u) - dxx(u) = ((pi^2 - 4*pi^2)*s)*sin(pi*x)
initial:  u = 0
initial rate: dt(u) = 2*pi*sin(pi*x)
boundary: u = 0  on all

exact u = s*sin(pi*x)
