pde 1
title "Burgers' two coefficients from 2000 values"

unknown a = 0, nu = 0.01
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) + a*u*dx(u) = nu*dxx(u)
initial:  u = -sin(pi*x)
boundary: u = 0  on all

data: u from "data/burgers.csv"
