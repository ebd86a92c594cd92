"""What the product says to people by itself: who is told what and when, at most once, and who was not.

A kind of notice is declared (kinds.py) and built when it is sent; the ledger (ledger.py) decides once a person,
kind and local day; the post (post.py) sends what was claimed and says what became of it.
"""
