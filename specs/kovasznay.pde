pde 1
title "Kovasznay flow: stationary Navier-Stokes"
param Re = 20
let lam = Re/2 - sqrt(Re^2/4 + 4*pi^2)
domain x in [-0.5, 1], y in [-0.5, 1.5]
field u(x, y), v(x, y), p(x, y)
vector U = (u, v)

equation momentum: advect(U, U) + grad(p) - laplacian(U)/Re = 0
equation mass:     div(U) = 0
boundary walls:    U = exact(U)  on all
boundary outflow:  p = exact(p)  on x = 1

exact u = 1 - exp(lam*x)*cos(2*pi*y)
exact v = lam/(2*pi)*exp(lam*x)*sin(2*pi*y)
exact p = (1 - exp(2*lam*x))/2
