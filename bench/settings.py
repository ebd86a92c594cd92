"""The product's settings with the bare views beside its addresses; bench/__main__.py sets the environment."""

from planner.settings import *  # noqa: F403  # everything of the product

ROOT_URLCONF = "bench.views"
