pde 1
title "Taylor-Green vortex: Navier-Stokes, 2+1D"
param nu = 0.1
let f = exp(-2*nu*t)
domain x in [0, 2*pi], y in [0, 2*pi]
time t in [0, 1]
field u(x, y, t), v(x, y, t), p(x, y, t)
vector U = (u, v)
periodic x, y

equation momentum: dt(U) + advect(U, U) + grad(p) - nu*laplacian(U) = 0
equation mass:     div(U) = 0
initial:           U = exact(U)
constraint gauge:  mean(p) = 0

exact u = cos(x)*sin(y)*f
exact v = -sin(x)*cos(y)*f
exact p = -(cos(2*x) + cos(2*y))/4*f^2
