pde 1
title "Allen-Cahn, 100D, a function of the radius"
param n = 100
domain x[1:100] in [-1, 1]
field u(x)
let q = sum(x[k]^2, k in 1:100)/n
let s = exp(-q)
equation: laplacian(u) + u - u^3 = (4*q/n - 2)*s + s - s^3
boundary: u = s on all
exact u = s
