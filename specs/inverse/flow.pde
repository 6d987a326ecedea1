pde 1
title "Viscosity and hidden pressure from 400 velocities"

unknown nu = 0.2 in [0.001, 1]
domain x in [-0.5, 1], y in [-0.5, 1.5]
field u(x, y), v(x, y), p(x, y)
vector U = (u, v)
param Re = 20
let lam = Re/2 - sqrt(Re^2/4 + 4*pi^2)

equation momentum: advect(U, U) + grad(p) = nu*laplacian(U)
equation mass:     div(U) = 0
boundary rim:      U = exact(U)  on all
constraint gauge:  p = (1 - exp(2*lam))/2  at (1, 0)

data: u, v from "data/flow.csv"  noise 0.01

exact u = 1 - exp(lam*x)*cos(2*pi*y)
exact v = lam/(2*pi)*exp(lam*x)*sin(2*pi*y)
exact p = (1 - exp(2*lam*x))/2
