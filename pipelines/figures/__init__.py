"""Figures: what a report prints, made from the models of one warehouse.

Here: form layouts, the report model, its words as blocks. Not here: queries of facts (dbt), paper (render).
Invariant: everything that is computed for paper is computed here, once, and has an id.
"""
