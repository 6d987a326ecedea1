pde 1
title "Darcy flow, a log-normal permeability of eight modes"

param a[1:8] in [-1, 1]
domain x in [0, 1], y in [0, 1]
field p(x, y)

let K = exp((a[1]*cos(pi*x) + a[2]*cos(pi*y) + a[3]*cos(pi*x)*cos(pi*y) + a[4]*cos(2*pi*x)
  + a[5]*cos(2*pi*y) + a[6]*cos(2*pi*x)*cos(pi*y) + a[7]*cos(pi*x)*cos(2*pi*y) + a[8]*cos(2*pi*x)*cos(2*pi*y))/3)

equation: -div(K*grad(p)) = 1
boundary: p = 0  on all

report mean_pressure = mean(p)
