"""The figures of the demo, the same in both languages. The keys are those of the words.

Those of the quarter are the planning method's example and exact: Table 1 reads 800,000, 8 %, 15 % and 500.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

from planner.models import Bottleneck, Goal, Metric, PlanMetric, Role, Segment
from reviews.demo.means import Means
from reviews.models import Review
from strategies.models import Pool, Question, Strategy
from tracking.models import Status

# Who: key, role, account (the further reps have none, and own tasks all the same).
MANAGER, REP, VIEWER, OUTSIDER = (f"{who}@demo.example" for who in ("manager", "rep", "viewer", "outsider"))
CAST = (
    ("manager", Role.MANAGER, MANAGER),
    ("lead", Role.REP, REP),
    ("operations", Role.REP, None),
    ("marketing", Role.REP, None),
    ("trainer", Role.REP, None),
    ("product", Role.REP, None),
    ("executive", Role.VIEWER, VIEWER),
)

REGION, LINE = Segment.Dimension.REGION, Segment.Dimension.PRODUCT_LINE
SEGMENTS = (("region_a", REGION), ("region_b", REGION), ("line_a", LINE), ("line_b", LINE))

# Metrics: key, kind, direction, over time, and of a ratio the two metrics that it divides.
AMOUNT, COUNT, RATE, COST = Metric.Kind.AMOUNT, Metric.Kind.COUNT, Metric.Kind.RATE, Metric.Kind.COST
HIGHER, LOWER = Metric.Direction.HIGHER, Metric.Direction.LOWER
SUM, RATIO = Metric.Aggregation.SUM, Metric.Aggregation.RATIO
METRICS = (
    ("sales", AMOUNT, HIGHER, SUM, None),
    ("orders", COUNT, HIGHER, SUM, None),
    ("leads", COUNT, HIGHER, SUM, None),
    ("new_customers", COUNT, HIGHER, SUM, None),
    ("returning", COUNT, HIGHER, SUM, None),
    ("active", COUNT, HIGHER, SUM, None),
    ("spend", AMOUNT, LOWER, SUM, None),
    ("conversion", RATE, HIGHER, RATIO, ("new_customers", "leads")),
    ("repurchase", RATE, HIGHER, RATIO, ("returning", "active")),
    ("order_value", AMOUNT, HIGHER, RATIO, ("sales", "orders")),
    ("acquisition", COST, LOWER, RATIO, ("spend", "new_customers")),
)

# Readings of one month, in the order of COLUMNS. Region B and product line B are the rest of the whole.
COLUMNS = (
    *("sales", "region_a", "line_a", "orders", "leads"),
    *("new_customers", "returning", "active", "spend"),
)
FIRST_MONTH = dt.date(2022, 7, 1)
# 2022-07 … 2023-06. Region A's share of sales in the last three months is 15 % below the three before.
HISTORY = (
    (905_000, 425_000, 392_000, 436, 1395, 128, 322, 1790, 56_300),
    (918_000, 432_000, 396_000, 442, 1410, 129, 324, 1802, 57_000),
    (940_000, 443_000, 404_000, 451, 1422, 131, 329, 1815, 58_200),
    (902_000, 424_000, 381_000, 436, 1405, 126, 316, 1820, 57_600),
    (935_000, 440_000, 392_000, 449, 1440, 129, 320, 1828, 59_700),
    (968_000, 455_000, 405_000, 463, 1465, 131, 323, 1835, 61_300),
    (861_000, 404_000, 355_000, 418, 1370, 116, 297, 1838, 55_000),
    (838_000, 394_000, 343_000, 410, 1352, 112, 291, 1841, 53_900),
    (892_000, 419_000, 363_000, 434, 1428, 117, 296, 1848, 57_000),
    (826_000, 380_000, 332_000, 410, 1430, 117, 285, 1850, 57_300),
    (802_000, 341_000, 321_000, 400, 1442, 115, 280, 1865, 57_500),
    (772_000, 237_000, 307_000, 390, 1453, 114, 275, 1885, 58_200),
)
# The twelve months before this one. The three before the running plan, which begins with the last of them,
# give 884,000, 9 %, 16 % and 460.
RECENT = (
    (838_000, 356_000, 352_000, 416, 1448, 121, 290, 1880, 59_400),
    (846_000, 358_000, 358_000, 419, 1452, 122, 292, 1886, 59_500),
    (853_000, 360_000, 364_000, 421, 1460, 124, 294, 1890, 59_900),
    (861_000, 362_000, 370_000, 424, 1466, 126, 296, 1895, 60_300),
    (868_000, 363_000, 377_000, 426, 1470, 127, 298, 1899, 60_400),
    (859_000, 358_000, 376_000, 423, 1461, 127, 297, 1902, 59_900),
    (866_000, 360_000, 383_000, 425, 1468, 128, 299, 1905, 59_800),
    (874_000, 362_000, 390_000, 428, 1470, 130, 301, 1908, 60_400),
    (878_000, 362_000, 395_000, 429, 1459, 131, 304, 1913, 60_500),
    (883_000, 363_000, 402_000, 431, 1467, 132, 307, 1918, 60_730),
    (891_000, 365_000, 410_000, 434, 1474, 133, 309, 1919, 60_930),
    (912_000, 372_000, 428_000, 441, 1482, 138, 314, 1924, 62_000),
)

# Table 1 of both plans: metric, monthly target, basis of the gap rate.
SHORTFALL, UPLIFT = PlanMetric.Basis.SHORTFALL, PlanMetric.Basis.UPLIFT
STATUS = (
    ("sales", D("1000000"), SHORTFALL),
    ("conversion", D("0.12"), UPLIFT),
    ("repurchase", D("0.20"), UPLIFT),
    ("acquisition", D("400"), SHORTFALL),
)

# Bottlenecks: key, kind, metric, segment ("" is the whole), impact, ease, in focus.
CUSTOMERS, CONVERSION = Bottleneck.Kind.CUSTOMERS, Bottleneck.Kind.CONVERSION
VALUE, EXECUTION = Bottleneck.Kind.VALUE, Bottleneck.Kind.EXECUTION
REACH, GROW_BY = Goal.Kind.REACH, Goal.Kind.GROW_BY
GROW_PERCENT, SHARE = Goal.Kind.GROW_PERCENT, Goal.Kind.SHARE
WAITING, DOING, DONE, CANCELLED = Status.NOT_STARTED, Status.IN_PROGRESS, Status.DONE, Status.CANCELLED
ACTIVE, PAUSED, PROPOSED = Strategy.State.ACTIVE, Strategy.State.PAUSED, Strategy.State.PROPOSED


def july(day: int) -> dt.date:
    return dt.date(2023, 7, day)


def august(day: int) -> dt.date:
    return dt.date(2023, 8, day)


# --- The quarter: Q3 2023 -------------------------------------------------------------------------------
QUARTER_START, QUARTER_END = dt.date(2023, 7, 1), dt.date(2023, 9, 30)
QUARTER_BOTTLENECKS = (
    ("late_reply", CONVERSION, "conversion", "", 5, 4, True),
    ("no_second_sale", VALUE, "repurchase", "", 4, 4, True),
    ("price_cut", CUSTOMERS, "sales", "region_a", 4, 1, False),
)
# Table 2, the core goal first: key, metric, segment, kind, baseline, target, owner, bottleneck.
QUARTER_GOALS = (
    ("core", "sales", None, GROW_PERCENT, D("800000"), D("1000000"), "manager", None),
    ("growth", "new_customers", None, GROW_PERCENT, D("115.384615"), D("150"), "manager", "late_reply"),
    ("existing", "repurchase", None, REACH, D("0.15"), D("0.20"), "operations", "no_second_sale"),
    ("structure", "sales", "line_a", SHARE, D("0.40"), D("0.50"), "lead", None),
)
# Table 3: key, goal, bottleneck, owner, (resources, capability, time), importance, urgency, state.
QUARTER_STRATEGIES = (
    ("procedure", "growth", "late_reply", "manager", (4, 4, 5), 5, 5, ACTIVE),
    ("points", "existing", "no_second_sale", "operations", (3, 3, 2), 4, 3, ACTIVE),
)
# Its tasks: key, strategy, owner, start, due, status, per cent, and the days of its updates.
QUARTER_TASKS = (
    ("pain_points", "procedure", "manager", july(1), july(7), DONE, 100, (july(7),)),
    ("write", "procedure", "lead", july(8), july(15), DOING, 30, (july(9),)),
    ("survey", "points", "operations", july(10), july(20), WAITING, 0, (july(9),)),
    ("build", "points", "operations", july(21), august(5), WAITING, 0, ()),
    ("launch", "points", "operations", august(6), august(10), WAITING, 0, ()),
)

# Table 4: key, kind, first month. The running plan's first month is over, and its review is still to be written.
QUARTER_REVIEWS = (("july", Review.Kind.MONTH, july(1)),)

# --- The running plan, dated from today -----------------------------------------------------------------
PUSH_BOTTLENECKS = (
    ("slow_at_noon", CONVERSION, "conversion", "", 5, 4, True),
    ("few_members", VALUE, "repurchase", "", 4, 4, True),
    ("no_channel", CUSTOMERS, "new_customers", "region_b", 4, 2, False),
    ("reports", EXECUTION, None, None, 2, 4, False),
)
PUSH_GOALS = (
    ("core", "sales", None, REACH, D("884000"), D("1000000"), "manager", None),
    ("growth", "new_customers", None, GROW_BY, D("132"), D("150"), "lead", "slow_at_noon"),
    ("existing", "repurchase", None, REACH, D("0.16"), D("0.20"), "operations", "few_members"),
    ("line_a", "sales", "line_a", SHARE, D("0.455"), D("0.50"), "product", "few_members"),
    ("cost", "acquisition", None, REACH, D("460"), D("400"), "marketing", "no_channel"),
)
PUSH_STRATEGIES = (
    ("reply", "growth", "slow_at_noon", "lead", (4, 4, 5), 5, 5, ACTIVE),
    ("members", "existing", "few_members", "operations", (4, 3, 4), 5, 4, ACTIVE),
    ("keywords", "cost", None, "marketing", (3, 4, 4), 4, 4, ACTIVE),
    ("bundles", "core", None, "product", (2, 4, 3), 3, 2, PAUSED),
    ("partners", "growth", "no_channel", "manager", (2, 2, 2), 4, 2, PROPOSED),
)
# Days from today; THIS_WEEK is the day after tomorrow, or Sunday where that comes first.
THIS_WEEK = "this week"
PUSH_TASKS = (
    ("roster", "reply", "lead", -24, -14, DONE, 100, (-20, -14)),
    ("reminders", "reply", "lead", -13, -3, DOING, 60, (-8, -2)),
    ("times", "reply", "lead", -5, THIS_WEEK, DOING, 40, (-4,)),
    ("region_launch", "members", "operations", -25, -10, DONE, 100, (-10,)),
    ("first_offer", "members", "operations", -9, -1, WAITING, 0, ()),
    ("interviews", "members", None, 1, 12, WAITING, 0, ()),
    ("clean_up", "keywords", "marketing", -22, -7, DONE, 100, (-15, -7)),
    ("landing", "keywords", "marketing", -6, 9, DOING, 40, (-1,)),
    ("banners", "keywords", "marketing", -20, -4, CANCELLED, 10, (-12,)),
    ("bundle_list", "bundles", "product", -18, -6, DOING, 50, (-11,)),
    ("bundle_training", "bundles", "trainer", -2, 8, WAITING, 0, ()),
)

# --- What the plans have to give, and what their strategies need -----------------------------------------
# Of sub-goals: in which cut they stand, and whether they add up there.
CUSTOMERS_CUT, LINES_CUT, OTHER_CUT = Goal.Cut.CUSTOMERS, Goal.Cut.LINES, Goal.Cut.OTHER
QUARTER_CUTS = {
    "growth": (CUSTOMERS_CUT, False),
    "existing": (CUSTOMERS_CUT, False),
    "structure": (LINES_CUT, True),
}
PUSH_CUTS = {
    "growth": (CUSTOMERS_CUT, False),
    "existing": (CUSTOMERS_CUT, False),
    "line_a": (LINES_CUT, True),
    "cost": (OTHER_CUT, False),
}
# Of strategies: effect lag in days, further goals, fallback, and the fast strategy that a slow one is paired with.
QUARTER_EFFECTS = {"procedure": (14, (), None, None), "points": (60, (), "procedure", None)}
PUSH_EFFECTS = {
    "reply": (14, ("core",), "partners", None),
    "members": (30, (), "bundles", None),
    "keywords": (30, ("growth",), None, None),
    "bundles": (30, ("line_a",), None, None),
    "partners": (75, (), None, "reply"),
}
# Person-days of tasks; two of one week do not fit.
QUARTER_EFFORTS = {"pain_points": D(3), "write": D(3), "survey": D(4), "build": D(6), "launch": D("1.5")}
PUSH_EFFORTS = {
    "roster": D(2), "reminders": D(4), "times": D(3), "first_offer": D(2), "interviews": D(3),
    "landing": D(5), "bundle_list": D(2), "bundle_training": D("1.5"),
}  # fmt: skip
# Lead measures: strategy, owner, weekly target, and the values of the last weeks, the newest last.
PUSH_LEADS = (
    ("reply", "lead", 300, (214, 248, 291)),
    ("members", "operations", 60, (42, 55, 63)),
)
# Questions: strategy, what they are about, who gets the answer, and by when in days from today.
PUSH_QUESTIONS = (
    ("members", Question.Dimension.RESOURCES, "operations", 3),
    ("partners", Question.Dimension.CAPABILITY, "manager", 6),
)
# Pools: key, kind, amount (people's follows from their capacity).
QUARTER_POOLS = (("training", Pool.Kind.BUDGET, D(20_000)),)
PUSH_POOLS = (
    ("training", Pool.Kind.BUDGET, D(20_000)),
    ("marketing", Pool.Kind.BUDGET, D(85_000)),
    ("people", Pool.Kind.PEOPLE, None),
    ("coaching", Pool.Kind.TIME, D(40)),
)
# Of which pool which strategy gets how much, at least, at most; of people also who.
QUARTER_ALLOCATIONS = (("training", "procedure", D(12_000), None, None, None),)
PUSH_ALLOCATIONS = (
    ("training", "reply", D(12_000), None, None, None),
    ("training", "members", D(6_000), None, None, None),
    ("training", "keywords", D(4_000), None, None, None),
    ("marketing", "members", D(15_000), D(15_000), None, None),
    ("marketing", "keywords", D(48_000), D(25_000), None, None),
    ("marketing", "partners", D(12_000), D(5_000), D(12_000), None),
    ("people", "reply", D(9), None, None, "lead"),
    ("people", "members", D(7), None, None, "operations"),
    ("people", "keywords", D(6), None, None, "marketing"),
    ("coaching", "reply", D(16), None, None, None),
    ("coaching", "members", D(12), None, None, None),
)
# What was spent: pool, strategy, how many days ago, how much.
PUSH_SPENDINGS = (
    ("training", "reply", 8, D(7_400)),
    ("marketing", "members", 4, D(9_800)),
    ("marketing", "keywords", 3, D(24_600)),
)
# Since when somebody is in the team, in days before today; the newcomer is in the first 90.
FIRST_DAYS = {
    "manager": 2_200,
    "lead": 1_400,
    "operations": 900,
    "marketing": 520,
    "trainer": 45,
    "product": 760,
}
MEETING_HOURS = {"manager": D(4), "product": D(2)}
# Leave: who, from and to in days from today.
LEAVES = (("operations", 9, 10), ("product", 16, 20))
# The owner of this goal proposes another target, so many days ago.
PUSH_ANSWER = ("existing", D("0.18"), 2)
QUARTER_MEANS = Means(QUARTER_CUTS, QUARTER_EFFECTS, QUARTER_EFFORTS, QUARTER_POOLS, QUARTER_ALLOCATIONS)
PUSH_MEANS = Means(
    PUSH_CUTS,
    PUSH_EFFECTS,
    PUSH_EFFORTS,
    PUSH_POOLS,
    PUSH_ALLOCATIONS,
    PUSH_LEADS,
    PUSH_QUESTIONS,
    PUSH_SPENDINGS,
    PUSH_ANSWER,
)
