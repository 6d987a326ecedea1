pde 1
title "Heat on a circle"
domain x in [0, 2*pi]
time t in [0, 1]
field u(x, t)
periodic x

equation: dt(u) = dxx(u)
initial:  u = sin(x) + cos(2*x)

exact u = exp(-t)*sin(x) + exp(-4*t)*cos(2*x)
report heat_left = integral(u^2)
