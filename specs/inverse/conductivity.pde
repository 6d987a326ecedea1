pde 1
title "A conductivity from 2500 noisy temperatures"

unknown field a(x, y) = 1 in [0.1, 10]
domain x in [-1, 1], y in [-1, 1]
time t in [0, 1]
field u(x, y, t)
let w = exp(-t)*sin(pi*x)*sin(pi*y)
let k = 2 + sin(pi*x)*sin(pi*y)

equation: dt(u) - div(a*grad(u)) = dt(w) - div(k*grad(w))
initial:  u = w
boundary: u = 0      on all
boundary rim: a = 2  on all

data: u from "data/conductivity.csv"  noise 0.1

exact a = k
