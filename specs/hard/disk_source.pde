pde 1
title "A point source on a disk"
param a = 0.3, b = 0.2
domain (x, y) = disk([0, 0], 1)
field u(x, y)
let q = a^2 + b^2

equation: -laplacian(u) = delta(x - a, y - b)
boundary: u = 0  on all

exact u = (log(q*((x - a/q)^2 + (y - b/q)^2)) - log((x - a)^2 + (y - b)^2))/(4*pi)
