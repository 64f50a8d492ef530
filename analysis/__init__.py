"""Scaling laws of the study, re-fitted from the database: points, regressions, projections, figures, report."""
