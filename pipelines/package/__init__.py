"""Packaging: documents, manifest and moving a report into its place.

Here: the files of a report folder. Not here: layout (render), figures.
Invariant: a report folder appears whole and is never written again.
"""
