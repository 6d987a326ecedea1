pde 1
title "A reaction rate that varies, from 100 values"

unknown field k(x) = 0.5 in [0, 5]
domain x in [0, 1]
field u(x)

equation: 0.01*dxx(u) - k*u = sin(2*pi*x)
boundary: u = 0  on all

data: u from "data/reaction.csv"  noise 0.01

exact k = 0.1 + exp(-(x - 0.5)^2/(2*0.15^2))
