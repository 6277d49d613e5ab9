"""The keeper: the process that runs a data folder's own PostgreSQL and Redis for as long as somebody has a lease.

`python -m bookstore.keeper DATA_DIR postgres redis`; bookstore.embedded starts it.
"""
