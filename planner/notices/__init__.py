"""Notices that the product sends by itself, each at most once.

A kind of notice is declared (kinds.py) and built when it is sent; the ledger (ledger.py) decides once per person, kind
and what it is about; post.py sends claimed notices and records the outcome.
"""
