"""The recount: every cell counted again in plain Python, apart from the models.

Here: the rules of domain/05 to domain/08 a second time, by hand. Not here: SQL, anything the models use.
Invariant: nobody imports this room but its command and tests; it may state a rule a second time, no other room may.
"""
