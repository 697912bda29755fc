"""What goes between the office and its units: mend books, returns, letters, the board, units' own reports.

Here: making and addressing these papers. Not here: whether a file is good (quality), who owes (warehouse), layout
(render).
Invariant: a unit sees its own rows only.
"""
