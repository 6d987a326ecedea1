pde 1
title "A wave over ten lengths"
domain x in [0, 1]
time t in [0, 10]
field u(x, t)

equation: dtt(u) = dxx(u)
initial:  u = sin(3*pi*x)
initial rate: dt(u) = 0
boundary: u = 0  on all

exact u = sin(3*pi*x)*cos(3*pi*t)
