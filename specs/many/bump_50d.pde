pde 1
title "Reaction and diffusion of a bump in 50 coordinates"
param n = 50
domain x[1:50] in [-1, 1]
time t in [0, 1]
field u(x, t)
let w = 1 + 4*t/n^2

equation: dt(u) = laplacian(u)/n - u^2 + exact(u)^2
boundary: u = exact(u)  on all
initial: u = exact(u)

exact u = w^(-n/2)*exp(-sum(x[k]^2, k in 1:50)/(n*w))
