"""Laying out the report model on paper and screen.

Here: docx, xlsx, html from the same blocks and layouts. Not here: any query or arithmetic.
Invariant: the same model gives the same bytes.
"""
