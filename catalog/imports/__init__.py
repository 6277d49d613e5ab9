"""Catalogues from files: read row by row, matched with what the shop has, written in batches, reported on.

Nothing is imported here: the process that reads ONIX files has no use for the database, nor the memory that it takes.
"""
