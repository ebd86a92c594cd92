"""What the readings say: pure arithmetic (volatility, completeness, drivers, forecasting), and its words for a plan.

The first four know no database and no request; `history` reads the readings of a plan, the others speak of them.
"""
