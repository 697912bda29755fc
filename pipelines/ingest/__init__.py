"""From delivered bytes to typed rows: landing, sniffing, grids, headers, typing by role.

Here: reading without loss. Not here: business rules (dbt), what is a fault of a row (expectations).
Invariant: rows in = typed + rejected + blank + furniture, each with its reason.
"""
