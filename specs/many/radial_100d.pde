pde 1
title "Allen-Cahn in 100 coordinates, a function of the distance"
param n = 100
domain x[1:100] in [-1, 1]
field u(x)
let q = sum(x[k]^2, k in 1:100)/n

equation: laplacian(u) + u - u^3 = (4*q/n - 1)*exact(u) - exact(u)^3
boundary: u = exact(u)  on all

exact u = exp(-q)
