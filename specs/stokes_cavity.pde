pde 1
title "Stokes flow in a lid-driven cavity"
domain x in [0, 1], y in [0, 1]
field u(x, y), v(x, y), p(x, y)
vector U = (u, v)

equation momentum: grad(p) = laplacian(U)
equation mass:     div(U) = 0
boundary lid:      U = [16*x^2*(1 - x)^2, 0]  on y = 1
boundary walls:    U = 0  on x = 0, x = 1, y = 0
constraint gauge:  mean(p) = 0

reference: u, v from "references/stokes_cavity.csv"
