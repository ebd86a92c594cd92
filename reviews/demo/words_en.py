"""The demo in English."""

from __future__ import annotations

from reviews.demo.words import (
    BottleneckWords,
    GoalWords,
    LeadWords,
    MetricWords,
    PlanWords,
    QuestionWords,
    ReviewWords,
    StrategyWords,
    TaskWords,
    Words,
)

# Not strftime: its names of the months follow the machine's locale.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

QUARTER = PlanWords(
    name=lambda start: "Q3 2023 · sales +25%",
    problems={
        "sales": "Region A's share of sales is down 15%: a rival has cut its prices there.",
        "conversion": "New reps follow up late: a lead waits more than 24 hours for the first response.",
        "repurchase": "No follow-up after the first sale, and no membership scheme.",
        "acquisition": "Ad keywords are too broad: fewer than 2% of those who see the ad click it.",
    },
    bottlenecks={
        "late_reply": BottleneckWords(
            "New reps answer leads late",
            "first response",
            "CRM log for June: new reps take more than 24 hours to respond first, the others 6.",
        ),
        "no_second_sale": BottleneckWords(
            "Customers have no reason to buy again",
            "after the first order",
            "Customer operations: no contact is planned after delivery, and there are no member benefits.",
        ),
        "price_cut": BottleneckWords(
            "A rival sells cheaper in region A",
            "quotation",
            "Region A's reps have cited the rival's price in most lost deals since April.",
        ),
    },
    goals={
        "core": GoalWords(
            "Q3 sales +25%",
            "CNY",
        ),
        "growth": GoalWords(
            "New customers +30%",
            "new customers",
            (
                ("tune ad keywords (marketing specialist helps)", None),
                ("referral reward (200 CNY per referral)", None),
            ),
        ),
        "existing": GoalWords(
            "Repurchase rate to 20%",
            "",
            (
                ("membership points (built by engineering)", "points"),
                ("monthly members' offer (design makes the material)", None),
            ),
        ),
        "structure": GoalWords(
            "Product line A to 50% of sales",
            "",
            (
                ("training on product A (product manager presents)", None),
                ("stepped reward (100,000 CNY sold earns 10,000)", None),
            ),
        ),
    },
    strategies={
        "procedure": StrategyWords(
            "Better follow-up procedure",
            "raise conversion",
            "One procedure for every lead: first response within 2 hours, a script for each key moment.",
            "sales lead collects feedback",
            "none",
        ),
        "points": StrategyWords(
            "Membership points",
            "raise repurchase",
            "Points for every order, worth something on the next one.",
            "budget 20,000 CNY (finance approves)",
            "engineering is short of people: may slip",
        ),
    },
    tasks={
        "pain_points": TaskWords(
            "List the pain points of today's follow-up",
            "A problem list, each with the step where it happens and an example",
            ("Talked to every rep and read 40 leads; the list is with the sales lead",),
        ),
        "write": TaskWords(
            "Write the new procedure",
            "Scripts and tools are named for every step",
            ("pain points listed",),
        ),
        "survey": TaskWords(
            "Survey what customers want from a membership",
            "At least 50 answers, with a summary of one page",
            ("survey to begin",),
        ),
        "build": TaskWords(
            "Build the points scheme", "Points are credited and spent correctly in 20 test orders"
        ),
        "launch": TaskWords(
            "Launch the points and run them", "Every customer notified; 100 members in the first week"
        ),
    },
    reviews={
        "july": ReviewWords(
            effect=(
                "conversion 8% → 9% (target 12% missed)",
                "new customers up by 20 (target 150)",
            ),
            worked=(
                "referrals cost 300 CNY per customer, less than online ads",
                "the pilot team follows up 15% faster under the new procedure",
            ),
            improve=(
                "ad keywords imprecise (click rate 1.5%, target 3%)",
                "2 new reps failed the procedure exam",
            ),
            adjustments=(
                "change keywords (marketing specialist, by 20 July)",
                "one-to-one coaching for new reps (sales manager)",
            ),
        ),
    },
    company_goal="Grow the region's sales by a quarter this year",
    pools={"training": "Training"},
)


PUSH = PlanWords(
    name=lambda start: f"Sales push · {MONTHS[start.month - 1]} {start.year}",
    problems={
        "sales": "Region A is flat; region B is growing, but from a small customer base.",
        "conversion": "Leads that come in over lunch and after 18:00 wait until the next half day.",
        "repurchase": "Only one active customer in three has joined the points scheme.",
        "acquisition": "Two ad groups take a third of the budget but bring only a tenth of the new customers.",
    },
    bottlenecks={
        "slow_at_noon": BottleneckWords(
            "Nobody answers leads over lunch and in the evening",
            "first response",
            "CRM log, last three months: 41% of leads come in at these times.",
        ),
        "few_members": BottleneckWords(
            "Too few customers are members",
            "after the first order",
            "Customer operations: reps mention the points in one delivery call out of five.",
        ),
        "no_channel": BottleneckWords(
            "No sales partner in region B",
            "lead generation",
            "Region B's reps find every lead themselves; three partners have asked for terms.",
        ),
        "reports": BottleneckWords(
            "Daily reports say what was done, not what is stuck",
            "daily work",
            "The sales manager read two weeks of reports: only 4 of 60 mention a problem.",
        ),
    },
    goals={
        "core": GoalWords(
            "Sales to 1,000,000 a month",
            "CNY",
        ),
        "growth": GoalWords(
            "18 more new customers a month",
            "new customers",
            (
                ("someone available to respond at all hours", "reply"),
                ("two sales partners on trial", "partners"),
            ),
        ),
        "existing": GoalWords(
            "Repurchase rate to 20%",
            "",
            (("points in every region", "members"), ("one offer for members a month", "members")),
        ),
        "line_a": GoalWords(
            "Product line A to 50% of sales",
            "",
            (("training on product A", None), ("product A in every quotation", None)),
        ),
        "cost": GoalWords(
            "Acquisition cost down to 400",
            "CNY per customer",
            (("drop keywords that bring no customers", "keywords"), ("two new landing pages", "keywords")),
        ),
    },
    strategies={
        "reply": StrategyWords(
            "First response within two hours, all day",
            "raise conversion",
            "A roster for lunch and evenings, and reminders in the CRM.",
            "CRM administrator, half a day a week",
            "reps in the field cannot always answer",
        ),
        "members": StrategyWords(
            "Points in every region",
            "raise repurchase",
            "Roll the points out region by region, with one offer for members a month.",
            "budget 15,000 CNY; design makes the material",
            "the offer may eat into the margin",
        ),
        "keywords": StrategyWords(
            "Sharper search advertising",
            "lower the acquisition cost",
            "Spend on the words that bring customers, and on pages that answer them.",
            "ad budget as it is",
            "a rival may bid up the best words",
        ),
        "bundles": StrategyWords(
            "Bundles of product lines A and B",
            "raise the order value",
            "Two products that are used together, at one price. Paused until the new price list is out.",
            "price list from finance",
            "depends on the new prices",
        ),
        "partners": StrategyWords(
            "Sales partners in region B",
            "win new customers",
            "Two partners on commission, chosen after a trial month.",
            "5% commission",
            "takes longer than one plan",
        ),
    },
    tasks={
        "roster": TaskWords(
            "Agree on a roster for lunch and evenings",
            "Someone is on duty every hour from 9:00 to 21:00",
            ("Half of the week is covered", "Roster agreed and posted"),
        ),
        "reminders": TaskWords(
            "Put the follow-up script into CRM reminders",
            "Every new lead raises a reminder within 2 hours",
            ("Reminders work for web leads", "Phone leads still missing"),
            "waited a week for access to the phone system",
        ),
        "times": TaskWords(
            "Check every rep's response times",
            "A list by rep, shown in the weekly meeting",
            ("Six of twelve reps checked",),
        ),
        "region_launch": TaskWords(
            "Launch the points in region A",
            "100 members in two weeks",
            ("128 members in the first two weeks",),
        ),
        "first_offer": TaskWords(
            "Send the first offer to members", "Sent to every member, responses counted"
        ),
        "interviews": TaskWords(
            "Ask ten customers why they stopped buying", "Ten notes and the three main reasons"
        ),
        "clean_up": TaskWords(
            "Remove keywords that brought no customer",
            "No keyword above 500 CNY without a new customer",
            ("62 of 140 keywords removed", "Finished; click-through rate up to 2.4%"),
        ),
        "landing": TaskWords(
            "Test two new landing pages",
            "At least 300 visits each, the better one stays",
            ("The first page is live",),
        ),
        "banners": TaskWords(
            "Banner campaign in region B",
            "200 leads below 60 CNY each",
            ("Offers from two sites are in",),
            "too expensive: the budget goes to the landing pages",
        ),
        "bundle_list": TaskWords(
            "List bundles that customers already buy",
            "Five bundles with their orders of the last year",
            ("Three bundles found",),
        ),
        "bundle_training": TaskWords("Train the reps on the bundles", "Everyone passes the short test"),
    },
    company_goal="One million a month in the region by year-end",
    answer="Half of the regions get the points only this month; one month is not enough for 4 points.",
    leads={
        "reply": LeadWords("Leads answered within two hours", "leads"),
        "members": LeadWords("Customers asked to join", "customers"),
    },
    questions={
        "members": QuestionWords("Who makes the material for the next offer?", "Design"),
        "partners": QuestionWords("Which commission can we agree to?", "Finance"),
    },
    pools={
        "training": "Training",
        "marketing": "Marketing",
        "people": "Team",
        "coaching": "Coaching hours",
    },
    spendings={
        "reply": "phone training for the evening shift",
        "members": "points for the first 128 members",
        "keywords": "search advertising so far",
    },
)


ENGLISH = Words(
    team="East China sales",
    language="en",
    source="CRM",
    cast={
        "manager": ("Chen Jing", "Sales manager"),
        "lead": ("Zhou Yi", "Sales lead"),
        "operations": ("Lin Yue", "Customer operations"),
        "marketing": ("Xu Ran", "Marketing specialist"),
        "trainer": ("He Min", "Trainer"),
        "product": ("Tang Hao", "Product manager"),
        "executive": ("Shen Guohua", "Executive"),
    },
    segments={"region_a": "Region A", "region_b": "Region B", "line_a": "Product A", "line_b": "Product B"},
    metrics={
        "sales": MetricWords("Total sales", "CNY", "Sales invoiced in the month, excluding tax and returns."),
        "orders": MetricWords("Order count", "", "Orders confirmed in the month."),
        "leads": MetricWords("Leads", "", "Enquiries in the month from people who were not yet customers."),
        "new_customers": MetricWords(
            "New customers", "", "Customers who placed their first order in the month."
        ),
        "returning": MetricWords(
            "Returning customers", "", "Active customers who ordered again in the month."
        ),
        "active": MetricWords("Active customers", "", "Customers with an order in the last twelve months."),
        "spend": MetricWords("Advertising spend", "CNY", "Cost of online advertising in the month."),
        "conversion": MetricWords("Customer conversion rate", "", "New customers ÷ leads."),
        "repurchase": MetricWords("Repurchase rate", "", "Returning customers ÷ active customers."),
        "order_value": MetricWords("Average order value", "CNY", "Total sales ÷ order count."),
        "acquisition": MetricWords(
            "New-customer acquisition cost", "CNY per customer", "Advertising spend ÷ new customers."
        ),
    },
    quarter=QUARTER,
    push=PUSH,
)
