"""Minimising a system of residual blocks."""
