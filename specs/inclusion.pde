pde 1
title "A disk that conducts a thousand times better"
param a = 0.4, K = 1000
domain x in [-1, 1], y in [-1, 1]
field u(x, y)
part disk: x^2 + y^2 < a^2
let k = where(disk, K, 1)
let outside = x - (K - 1)/(K + 1)*a^2*x/(x^2 + y^2)

equation: -div(k*grad(u)) = 0  # on the rim u and k*dn(u) are continuous by themselves
boundary: u = outside  on all

report through = integral(k*dx(u), on = x = 1)
exact u = where(disk, 2*x/(K + 1), outside)
