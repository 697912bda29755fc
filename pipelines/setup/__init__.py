"""Setting an office up and keeping it in order: a new folder, what is wrong with one, what will run out.

Here: check, init, drafts of profiles, the doctor. Not here: settings themselves (office), sending news (notices).
Invariant: nothing here changes a file that is there; what is guessed is marked as guessed.
"""
