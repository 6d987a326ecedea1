pde 1
title "Flow through a porous channel: viscosity and permeability from five values"

unknown ve = 5e-3 in [1e-4, 1e-1], K = 5e-3 in [1e-4, 1e-1]
param v = 1e-3, porosity = 0.4, g = 1
domain x in [0, 1]
field u(x)

equation: -ve/porosity*dxx(u) + v/K*u = g
boundary: u = 0  on all

data: u from "data/brinkman.csv"
