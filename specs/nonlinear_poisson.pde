pde 1
title "Nonlinear Poisson: diffusion that depends on the solution"
domain x in [0, 1], y in [0, 1]
field u(x, y)
let flux(w) = (1 + w^2)*grad(w)

equation: div(flux(u)) = div(flux(exact(u)))
boundary: u = exact(u)  on all

exact u = 1 + x*sin(pi*y) + cos(pi*x)*y^2
