"""What tests of the diagnosis ask of a page."""

from __future__ import annotations

import html
import re

from django.http import QueryDict

from planner.diagnose.analysis.page import Analysis
from planner.models import Segment


def region(team, name: str) -> Segment:
    return Segment.objects.create(team=team, dimension="region", name=name)


def words(answer) -> str:
    page = re.sub(r"<script.*?</script>", " ", answer.content.decode(), flags=re.DOTALL)
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def analysis(plan, **params: str) -> Analysis:
    query = QueryDict(mutable=True)
    query.update(params)
    return Analysis(plan, query)
