"""Raw data from files: readings by month, or order lines that become monthly metrics.

A file is read as text (planner/spreadsheets), its header recognised (headers.py), its columns parsed strictly
(values.py), and turned into readings (readings.py, orders.py); all problems are reported at once, with the file's own
sheet, row and column. Only planner/readings/save.py writes to the database, in one short transaction, all or nothing.
"""
