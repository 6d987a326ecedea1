pde 1
title "An L of steel, its two sides at the corner free (Szabo and Babuska 1991)"
param E = 210e9, nu = 0.3, K = 1e7, a = 0.54448373678246
let mu = E/(2*(1 + nu))
let kappa = (3 - nu)/(1 + nu)
let strain(W) = sym(grad(W))
let S(W) = E/(1 - nu^2)*((1 - nu)*strain(W) + nu*tr(strain(W))*identity)
let Q = -cos(3*pi/4*(a - 1))/cos(3*pi/4*(a + 1))
let r = sqrt(x^2 + y^2)
let phi = atan2(y, x)
domain (x, y) = polygon([[0, 0], [-1, -1], [0, -2], [2, 0], [0, 2], [-1, 1]])
field u(x, y), v(x, y)
vector U = (u, v)

equation balance: div(S(U)) = 0
boundary free:    dot(S(U), normal) = 0  on y = x, y = -x
boundary held:    U = exact(U)  on y = x + 2, y = 2 - x, y = x - 2, y = -2 - x

exact u = K/(2*mu)*r^a*((kappa - Q*(a + 1))*cos(a*phi) - a*cos((a - 2)*phi))
exact v = K/(2*mu)*r^a*((kappa + Q*(a + 1))*sin(a*phi) + a*sin((a - 2)*phi))
