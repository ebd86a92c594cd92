"""The ideas that the method knows: three for each kind of bottleneck, and some that one scenario needs besides.

Constants: what a team adds of its own is in the database, and `library.py` puts both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from planner.models import Plan
from planner.models.metrics import BottleneckKind as Kind


@dataclass(frozen=True, slots=True)
class SuggestedTask:
    """A task that an idea brings along, with its acceptance standard and its length in workdays."""

    description: Any
    acceptance: Any
    days: int = 5


@dataclass(frozen=True, slots=True)
class KnownIdea:
    """An idea of the library: `key` names it for good, `lag_days` is how long it usually takes to show an effect.

    An idea without kind suits bottlenecks of every kind; one with a scenario is offered in plans of that one alone.
    """

    key: str
    kind: str
    title: Any
    purpose: Any
    lag_days: int
    needs: Any
    steps: tuple[SuggestedTask, ...]
    scenario: str = ""


OF_THE_METHOD = (
    KnownIdea(
        "ad_keywords",
        Kind.CUSTOMERS,
        _("Tune online advertising"),
        _("More leads from the same budget: bid on the keywords that bring customers."),
        14,
        _("Access to the ad account, a marketing specialist"),
        (
            SuggestedTask(
                _("Rank the keywords by cost per lead"),
                _("A list of all keywords with clicks, leads and cost per lead for the last 3 months"),
                3,
            ),
            SuggestedTask(
                _("Pause weak keywords, raise the bids on strong ones"),
                _("Changes are live, each with its reason noted"),
                2,
            ),
            SuggestedTask(
                _("Test two new ad texts for each strong keyword"),
                _("Cost per lead of both texts compared after two weeks"),
                10,
            ),
        ),
    ),
    KnownIdea(
        "partnerships",
        Kind.CUSTOMERS,
        _("Channel partnerships"),
        _("Win customers through partners and opinion leaders whom they already trust."),
        60,
        _("A budget for joint campaigns, marketing's approval of the co-branding"),
        (
            SuggestedTask(
                _("Shortlist ten partners and opinion leaders"),
                _("Ten names with audience, terms and a contact person"),
                5,
            ),
            SuggestedTask(
                _("Agree terms with two of them"),
                _("Two signed agreements that name a number of leads"),
                15,
            ),
            SuggestedTask(
                _("Run the first joint campaign"),
                _("Leads and cost per lead reported for each partner"),
                15,
            ),
        ),
    ),
    KnownIdea(
        "referral",
        Kind.CUSTOMERS,
        _("Customer referral scheme"),
        _("Satisfied customers bring new ones and are rewarded in steps."),
        30,
        _("A reward budget, approved by finance"),
        (
            SuggestedTask(
                _("Set the reward steps and the rules"),
                _("One page with steps, conditions and cost per customer, approved by finance"),
                4,
            ),
            SuggestedTask(
                _("Invite existing customers"),
                _("Every active customer has been invited personally"),
                10,
            ),
            SuggestedTask(
                _("Pay rewards and report referrals every week"),
                _("Referrals, new customers and cost per customer in the weekly meeting"),
                15,
            ),
        ),
    ),
    KnownIdea(
        "follow_up",
        Kind.CONVERSION,
        _("One follow-up procedure"),
        _("Every lead gets a first response within 2 hours and a script for each key moment."),
        30,
        _("Half a day of training for everyone, response times from the CRM"),
        (
            SuggestedTask(
                _("List the pain points of today's follow-up"),
                _("The problem list, with an example for each point"),
                5,
            ),
            SuggestedTask(
                _("Write the new procedure"),
                _("Scripts and tools named for each step, first response within 2 hours"),
                6,
            ),
            SuggestedTask(_("Train and examine everyone"), _("Pass rate of at least 95%"), 4),
        ),
    ),
    KnownIdea(
        "product_training",
        Kind.CONVERSION,
        _("Product training"),
        _("Reps answer questions and objections on the spot."),
        30,
        _("A product manager as trainer, two hours of everyone's time"),
        (
            SuggestedTask(
                _("Collect the questions that reps could not answer"),
                _("At least 20 questions, the most frequent first"),
                4,
            ),
            SuggestedTask(_("Hold the training"), _("Everyone attended, the materials are shared"), 5),
            SuggestedTask(
                _("Test everyone in a role play with a customer"), _("Pass rate of at least 90%"), 4
            ),
        ),
    ),
    KnownIdea(
        "crm_reminders",
        Kind.CONVERSION,
        _("Follow-up reminders in the CRM"),
        _("No lead is forgotten: the CRM reminds its owner of the next step."),
        21,
        _("A CRM administrator, complete contact data"),
        (
            SuggestedTask(
                _("Define who is reminded of what, and when"),
                _("A table of steps, intervals and recipients, agreed with the reps"),
                3,
            ),
            SuggestedTask(
                _("Set up and test the reminders"), _("Ten test leads each triggered the right reminder"), 5
            ),
            SuggestedTask(
                _("Go through late follow-ups every week"),
                _("Late follow-ups per rep in the weekly meeting, fewer each week for 3 weeks"),
                15,
            ),
        ),
    ),
    KnownIdea(
        "bundles",
        Kind.VALUE,
        _("Spend-and-save offers and bundles"),
        _("Raises the value of the next order."),
        14,
        _("Prices approved by finance, stock of the bundled products"),
        (
            SuggestedTask(
                _("Choose three bundles from last year's orders"),
                _("Three bundles with margin and expected sales"),
                4,
            ),
            SuggestedTask(
                _("Agree prices and spend-and-save steps"), _("The price list, approved by finance"), 3
            ),
            SuggestedTask(
                _("Brief every rep and launch"),
                _("Every rep can explain the offers; bundle sales are reported weekly"),
                3,
            ),
        ),
    ),
    KnownIdea(
        "membership",
        Kind.VALUE,
        _("Membership points"),
        _("Gives customers a reason to come back."),
        90,
        _("Engineering to build it, a budget for the points"),
        (
            SuggestedTask(
                _("Survey what customers want from a membership"),
                _("At least 50 answers, the results on one page"),
                7,
            ),
            SuggestedTask(_("Build the points scheme"), _("20 test orders credited correctly"), 15),
            SuggestedTask(_("Launch the scheme and enrol customers"), _("100 members in the first week"), 5),
        ),
    ),
    KnownIdea(
        "customer_care",
        Kind.VALUE,
        _("Regular customer care messages"),
        _("Reminds customers of the second order."),
        30,
        _("Contact data in the CRM, customers' consent"),
        (
            SuggestedTask(
                _("List the customers who are due for a message"),
                _("A list by date of the last order, with a rep for each customer"),
                3,
            ),
            SuggestedTask(_("Write three messages"), _("Three approved texts, one for each occasion"), 3),
            SuggestedTask(
                _("Send the messages and count the replies"),
                _("All listed customers contacted, replies and repeat orders counted"),
                10,
            ),
        ),
    ),
    KnownIdea(
        "goal_board",
        Kind.EXECUTION,
        _("Daily, weekly and monthly goal board"),
        _("Everyone knows today's target and where the team is."),
        14,
        _("Daily data from the CRM, a screen or a shared page"),
        (
            SuggestedTask(
                _("Break the targets down by person and week"),
                _("One target for each person and week, agreed with them"),
                3,
            ),
            SuggestedTask(
                _("Set up the board"), _("It shows target, result and gap, updated every morning"), 3
            ),
            SuggestedTask(_("Start each day at the board"), _("Ten minutes every workday for 3 weeks"), 15),
        ),
    ),
    KnownIdea(
        "skills_training",
        Kind.EXECUTION,
        _("Skills training"),
        _("Reps negotiate and handle objections with confidence."),
        30,
        _("A trainer, a training budget, recorded calls"),
        (
            SuggestedTask(
                _("Find the weakest skills in recorded calls"),
                _("Five calls of each rep scored by the same checklist"),
                5,
            ),
            SuggestedTask(
                _("Train negotiation and objection handling"), _("Two sessions held, everyone attended"), 8
            ),
            SuggestedTask(_("Score the calls again"), _("The average score is up by at least 20%"), 5),
        ),
    ),
    KnownIdea(
        "incentives",
        Kind.EXECUTION,
        _("Better incentives"),
        _("Rewards what the plan needs, soon and visibly."),
        14,
        _("A bonus budget, approved by HR"),
        (
            SuggestedTask(
                _("Agree the awards and their rules"),
                _("Rules for the best deal of the week and the new-customer award, approved by HR"),
                3,
            ),
            SuggestedTask(_("Announce the awards"), _("Every rep has the rules"), 1),
            SuggestedTask(
                _("Name the winners every week"),
                _("Winners and reasons in the weekly meeting, 4 weeks in a row"),
                20,
            ),
        ),
    ),
)
OF_SCENARIOS = (
    KnownIdea(
        "research",
        "",
        _("Customer and market research"),
        _("Find out who buys and why before the roll-out."),
        14,
        _("Contacts to possible customers, time of two reps"),
        (
            SuggestedTask(
                _("Interview ten possible customers"),
                _("Ten interviews noted: need, budget, who decides"),
                8,
            ),
            SuggestedTask(
                _("Compare the offers of competitors"),
                _("Price, terms and strengths of at least three competitors"),
                5,
            ),
            SuggestedTask(
                _("Set milestones for the roll-out"),
                _("A milestone for each month, with a metric and what happens if it is missed"),
                2,
            ),
        ),
        Plan.Scenario.NEW,
    ),
    KnownIdea(
        "coaching",
        Kind.EXECUTION,
        _("One-to-one coaching for newcomers"),
        _("Newcomers sell like experienced reps sooner."),
        30,
        _("Experienced reps as coaches, two hours a week each"),
        (
            SuggestedTask(
                _("Give each newcomer a coach"),
                _("Every newcomer has a coach and three agreed learning goals"),
                2,
            ),
            SuggestedTask(
                _("Coach on real calls every week"),
                _("One joint call and one feedback talk a week for each newcomer"),
                20,
            ),
            SuggestedTask(
                _("Compare newcomers with the others"),
                _("Output per head of both groups, reported to the team"),
                2,
            ),
        ),
        Plan.Scenario.EFFECTIVENESS,
    ),
)
