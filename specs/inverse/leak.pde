pde 1
title "Where is the leak? Four sensors"

unknown a = 0.5 in [0.1, 0.9], b = 0.5 in [0.1, 0.9]
param w = 0.1
domain x in [0, 1], y in [0, 1]
field u(x, y)

equation: -laplacian(u) = 10*exp(-((x - a)^2 + (y - b)^2)/(2*w^2))
boundary: u = 0  on all

data sensors: u from "data/leak.csv"
