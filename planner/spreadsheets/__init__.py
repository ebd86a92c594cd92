"""Tables as files: a plain description of a table (`sheets`) becomes a workbook (`xlsx`) or a text (`text`).

It uses no database, request or clock. The caller describes the table and sends the bytes.
"""
