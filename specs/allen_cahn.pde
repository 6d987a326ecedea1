pde 1
title "Allen-Cahn, 1+1D"
param eps = 1e-3
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) - eps*dxx(u) - 5*(u - u^3) = 0
initial:  u = x^2*cos(pi*x)  hard
boundary: u = -1  on x = -1, x = 1  hard

reference: u from "references/allen_cahn.csv"
