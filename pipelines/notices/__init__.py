"""Telling people: what has happened or is due, to whom, once.

Here: messages, the register of what was sent, mail, webhook and folder. Not here: who owes what (warehouse/status),
letters on paper (units), issuing.
Invariant: no message is sent twice; no message holds a person's data; nothing here changes a figure.
"""
