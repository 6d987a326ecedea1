pde 1
title "Poisson, 100D, a sum"
domain x[1:100] in [0, 1]
field u(x)
let s = sum(sin(pi*x[k]), k in 1:100)
equation: laplacian(u) = -pi^2*s
boundary: u = s  on all
exact u = s
