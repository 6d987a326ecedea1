pde 1
title "Burgers' equation, for a tenfold range of viscosities"

param nu in [0.01, 0.1]
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) + u*dx(u) = nu*dxx(u)
initial:  u = -sin(pi*x)
boundary: u = 0  on all
