"""What the planner's mechanism costs: two of its requests beside the same written by hand (`make bench`).

The page of Table 3 and the saving of one task are timed against bare Django views that show and save the same
(bench/views.py), on a real server process, each request of one among those of the others. It prints ratios and
judges nothing: it is no test. Only a run in which a thing compared with itself differs is thrown away.
"""
