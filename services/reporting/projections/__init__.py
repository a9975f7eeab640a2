"""The projections: each a pure fold of the logs into rows; the list of those that run, and what may be read of them."""

from services.reporting.projections import (
    conferences,
    cooperation,
    figure_events,
    monthly,
    places,
    plan_targets,
    prefecture,
    reported,
    resources,
    timeline,
)
from services.reporting.projections.conferences import Conferences
from services.reporting.projections.cooperation import Cooperation
from services.reporting.projections.figure_events import FigureEvents
from services.reporting.projections.monthly import Monthly
from services.reporting.projections.places import Places
from services.reporting.projections.plan_targets import PlanTargets
from services.reporting.projections.prefecture import Prefecture
from services.reporting.projections.projection import Projection
from services.reporting.projections.reported import Reported, Shared
from services.reporting.projections.resources import Resources
from services.reporting.projections.timeline import Timeline
from services.reporting.resource import Resource

OF_TOWNS: tuple[Projection, ...] = (Shared(), Prefecture())
"""Those that a prefecture's site has: of each of its towns, only what leaves the town."""
PROJECTIONS: tuple[Projection, ...] = (
    Timeline(), Monthly(), FigureEvents(), PlanTargets(), Reported(), *OF_TOWNS, Conferences(), Resources(), Places(), Cooperation(),
)
RESOURCES: tuple[Resource, ...] = (
    *timeline.RESOURCES, *monthly.RESOURCES, *figure_events.RESOURCES, *plan_targets.RESOURCES, *reported.RESOURCES, *prefecture.RESOURCES,
    *conferences.RESOURCES, *resources.RESOURCES, *places.RESOURCES, *cooperation.RESOURCES,
)
