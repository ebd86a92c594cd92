"""Blocks of cells that are pasted into a table: what arrives (blocks), what a page shows (shown), what becomes of each
cell (outcomes), and how it is laid over the rows (laying).
"""
