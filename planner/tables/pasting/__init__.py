"""Blocks of cells that are pasted into a table: what arrives (blocks), what a page shows (shown), which rows the lines
go to (places), how it is laid over them (laying), and what becomes of each cell (outcomes).
"""
