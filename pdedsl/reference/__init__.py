"""Classical solutions, independent of everything in numerics."""
