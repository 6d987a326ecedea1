pde 1
title "Poisson, 10D, products of sines of pairs"
domain x[1:10] in [0, 1]
field u(x)
let s = sum(sin(pi*x[2*k-1])*sin(pi*x[2*k]), k in 1:5)
equation: laplacian(u) = -2*pi^2*s
boundary: u = s  on all
exact u = s
