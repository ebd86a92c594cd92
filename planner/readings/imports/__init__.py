"""Raw data from files: readings by month, or order lines that become monthly metrics.

A file is read as text (files.py), its header recognised (headers.py), its columns parsed strictly (values.py), and
turned into readings (readings.py, orders.py); all its problems are said at once, with the file's own sheet, row and
column. Nothing of this touches the database; save.py does, in one short transaction, all or nothing.
"""
