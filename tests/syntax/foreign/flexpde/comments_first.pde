{ This problem shows the use of mesh refinement.
  Everything in braces is a comment. }
title "Laplace in a sector"
select
  errlim = 1e-5   ! one more comment
variables
  u(threshold=1e-3)
equations
  u: dxx(u) + dyy(u) = 0
boundaries
  region 1
    start "outer" (0,0) value(u)=0 line to (1,0) arc(center=0,0) angle=90 line to close
end
