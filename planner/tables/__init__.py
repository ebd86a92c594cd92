"""Tables that people edit in place: one mechanism for all four tables of the method.

A Table says its columns and its kinds of rows; a RowForm says how a row's fields are typed and checked; the views
in planner/tables/views.py show, save, add, remove and refresh. Nothing here knows a particular table.
"""
