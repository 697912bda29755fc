"""Rendering: the report model on paper.

Here: Word, Excel, web page. Not here: queries, arithmetic, words of the report.
Invariant: every number printed is a figure of the model under its id; same model, same bytes.
"""
