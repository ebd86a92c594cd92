"""The analysis of readings: pure arithmetic (volatility, completeness, drivers, forecasting), and its texts.

The first four use no database and no request; `history` loads the readings of a plan, the others describe them.
"""
