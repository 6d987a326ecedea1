pde 1
title "Breather of the sine-Gordon equation"
param w = 0.6
let k = sqrt(1 - w^2)
domain x in [-6, 6]
time t in [0, 10]
field u(x, t)

equation:         dtt(u) - dxx(u) + sin(u) = 0
initial position: u = exact(u)
initial velocity: dt(u) = dt(exact(u))
boundary:         u = exact(u)  on x = -6, x = 6

exact u = 4*atan(k/w*sin(w*t)/cosh(k*x))
