"""Tables that people edit in place: one mechanism for all four tables of the method.

A Table has columns and kinds of rows; a RowForm has the fields of a row and their checks; the views
in planner/tables/views.py show, save, add, remove and refresh. Nothing here depends on a particular table.
"""
