"""Tables as files: a plain description of a table (`sheets`) becomes a workbook (`xlsx`) or a text (`text`).

Knows no database, no request and no clock. Who exports a table describes it here and sends the bytes.
"""
