"""Reporting periods, cut-offs, deadlines, working days.

Here: calendar arithmetic from reference tables. Not here: counting of dossiers (dbt).
Invariant: a holiday or a period is a table row, never an `if` on a year.
"""
