"""The KSTT reporting warehouse: from the files units send to the official forms, with a trace back.

Here: the rooms of DESIGN (office, periods, ingest, quality, warehouse, figures, render, package, audit, defs).
Not here: code. Invariant: imports go down the floors only; a test enforces it.
"""
