pde 1
title "Laplace 5D, as published with ANaGRAM"
domain x[1:5] in [0, 1]
field u(x)
let s = sum(sin(pi*x[k]), k in 1:5)

equation: laplacian(u) = -pi^2*s
boundary: u = s  on all  weight 1

exact u = s

solve {
  network         = mlp(64, deviation = 0.1, inputs = raw)
  points.equation = random(4000)
  points.boundary = random(500)
  method          = anagram(cutoff = relative(3.16e-7), rows = unscaled)
}
