"""What a spec means, in SymPy."""
