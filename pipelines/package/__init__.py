"""Packaging finished reports: manifest, moving into place.

Here: what a report's folder holds and how it appears. Not here: rendering, figures.
Invariant: a report appears whole or not at all, and is never written again.
"""
