"""The projections: each a pure fold of the logs into rows; the list of those that run, and what may be read of them."""

from services.reporting.projections import conferences, cooperation, monthly, parts, places, resources, timeline
from services.reporting.projections.conferences import Conferences
from services.reporting.projections.cooperation import Cooperation
from services.reporting.projections.monthly import Monthly
from services.reporting.projections.parts import Parts
from services.reporting.projections.places import Places
from services.reporting.projections.projection import Projection
from services.reporting.projections.resources import Resources
from services.reporting.projections.timeline import Timeline
from services.reporting.resource import Resource

PROJECTIONS: tuple[Projection, ...] = (Timeline(), Parts(), Monthly(), Conferences(), Resources(), Places(), Cooperation())
RESOURCES: tuple[Resource, ...] = (
    *timeline.RESOURCES, *parts.RESOURCES, *monthly.RESOURCES, *conferences.RESOURCES, *resources.RESOURCES, *places.RESOURCES, *cooperation.RESOURCES,
)
