from planner.stages import Stage
STAGE=None
