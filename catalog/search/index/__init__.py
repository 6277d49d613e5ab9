"""The search index: a copy of the shop window in files beside the shop, made for words, orders and counts.

PostgreSQL is the truth; the index follows it (`following`) and may be thrown away at any time. `store` opens what is
there, `asking` puts the questions.
"""
