"""Small wrong edits of the models' SQL, and whether anything of the suite notices them.

Here: edits, trials, the table of both. Not here: models, expected figures (truth/world).
Invariant: an edit is drawn from all that are possible by a published seed; nothing of the project is written to.
"""
