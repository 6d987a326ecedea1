pde 1
title "Two solitons of the Korteweg-de Vries equation"
param a = 1, b = 1.5
let p = exp(a*x - a^3*t)
let q = exp(b*x - b^3*t)
let tau = 1 + p + q + ((a - b)/(a + b))^2*p*q
domain x in [-10, 10]
time t in [-2, 2]
field u(x, t)

equation:       dt(u) + 6*u*dx(u) + dxxx(u) = 0
initial:        u = exact(u)
boundary ends:  u = exact(u)  on x = -10, x = 10
boundary slope: dx(u) = dx(exact(u))  on x = 10

exact u = 2*dxx(log(tau))
