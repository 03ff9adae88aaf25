"""Trajecta: paired before/after analysis and trajectories for small clinical cohorts."""

__version__ = "0.1.0"
