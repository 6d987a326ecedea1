pde 1
title "Burgers, 1+1D"
param nu = 0.01/pi
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) + u*dx(u) = nu*dxx(u)
initial:  u = -sin(pi*x)  hard
boundary: u = 0  on x = -1, x = 1  hard

reference: u from "references/burgers.csv"
