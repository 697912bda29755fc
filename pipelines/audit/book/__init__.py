"""The evidence book: static pages that open every printed number to its rows, from disk, without a network.

Here: nothing; the modules of this folder have the parts. Not here: the evidence tables (audit/evidence).
Invariant: the same report gives the same bytes; no person is in it.
"""
