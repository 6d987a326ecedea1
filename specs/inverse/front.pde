pde 1
title "Stefan's number from a front that melts"

param lam = 0.464785920646245, begin = 0.293956426724082   # of the state at which the measurements begin
unknown St = 1 in [0.05, 5]
domain x in [0, s]
time t in [0.1, 1]
field T(x, t), s(t)

equation heat:  dt(T) = dxx(T)
boundary melt:  T = 0               on x = s
boundary wall:  T = 1               on x = 0
boundary front: dt(s) = -St*dx(T)   on x = s
initial:        s = begin
initial:        T = 1 - erf(x/(2*sqrt(0.1)))/erf(lam)

data position: s from "data/front.csv"  noise 1e-3
