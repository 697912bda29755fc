"""An invented office whose dossiers' histories are known, and its own count of the forms.

Here: histories, what systems would show of them, the files of an office, a count straight from the histories.
Not here: anything of the product but `door.py`, which builds the office through it.
Invariant: no module but `door.py` imports the product; the count shares no code with models, recount or readers.
"""
