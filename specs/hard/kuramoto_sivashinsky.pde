pde 1
title "Kuramoto-Sivashinsky, into chaos"
domain x in [0, 32*pi]
time t in [0, 20]
field u(x, t)
periodic x

equation: dt(u) = -u*dx(u) - dxx(u) - d(u, x, 4)
initial:  u = cos(x/16)*(1 + sin(x/16))

reference: u from "../references/kuramoto_sivashinsky.csv"
