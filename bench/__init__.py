"""What the planner's mechanism costs, beside the same work without it (`make bench`).

pages    the page of Table 3 and the saving of one task, beside bare Django views (bench/views.py) that show and
         save the same on the same server: both answers have to be alike before anything is timed
jobs     the gaps and the alerts of a day, beside one SQL statement each, written by hand, that writes the same rows
imports  the strict reading of a million order lines, beside plain pandas that comes to the same sums
loading  the saving of 100,000 readings with comparison and history, beside COPY and ON CONFLICT

The two sides take turns. Ratios are printed, not judged: this is not a test. Where the two sides do not do the
same, or a page compared with itself differs, there are none.
"""
