pde 1
title "A disk of another material, 1 : 1000"
param k1 = 1, k2 = 1000, R = 0.4
domain x in [-1, 1], y in [-1, 1]
field u(x, y)
let r2 = x^2 + y^2
let c = (k1 - k2)/(k1 + k2)
part core: r2 < R^2

equation: div(where(core, k2, k1)*grad(u)) = 0
boundary: u = exact(u)  on all

exact u = where(r2 < R^2, x*2*k1/(k1 + k2), x*(1 + c*R^2/r2))
