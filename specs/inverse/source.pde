pde 1
title "A source from 100 values"

unknown field q(x)
domain x in [0, 1]
field u(x)

equation: -dxx(u) = q
boundary: u = 0  on all

data: u from "data/source.csv"  noise 1e-3

exact q = (3*x + x^2)*exp(x)
