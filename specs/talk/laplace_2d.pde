pde 1
title "Laplace 2D, as published with ANaGRAM"
domain x in [0, 1], y in [0, 1]
field u(x, y)

equation: laplacian(u) = -2*pi^2*sin(pi*x)*sin(pi*y)
boundary: u = 0  on all  weight 1

exact u = sin(pi*x)*sin(pi*y)

solve {
  network         = mlp(32, deviation = 0.1, inputs = raw)
  points.equation = grid(28)
  points.boundary = grid(29)
  method          = anagram(cutoff = fixed(1e-6), rows = unscaled)
}
