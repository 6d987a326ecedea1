pde 1
title "Heat from any of thirty-two modes"

param a[1:32] in [-1, 1]
domain x in [0, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) = 0.1*dxx(u)
initial:  u = sum(a[k]*sin(k*pi*x), k in 1:32)
boundary: u = 0  on all

exact u = sum(a[k]*sin(k*pi*x)*exp(-0.1*k^2*pi^2*t), k in 1:32)
