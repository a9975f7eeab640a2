"""The projections: each a pure fold of the logs into rows; the list of those that run, and what may be read of them."""

from services.reporting.projections import (
    agencies,
    cases_read,
    conferences,
    consents,
    cooperation,
    disclosures,
    figure_events,
    monthly,
    parts,
    places,
    plan_targets,
    prefecture,
    reported,
    resources,
    timeline,
)
from services.reporting.projections.agencies import Agencies
from services.reporting.projections.cases import Cases
from services.reporting.projections.conferences import Conferences
from services.reporting.projections.consents import Consents
from services.reporting.projections.cooperation import Cooperation
from services.reporting.projections.disclosures import Disclosures
from services.reporting.projections.figure_events import FigureEvents
from services.reporting.projections.monthly import Monthly
from services.reporting.projections.parts import Parts
from services.reporting.projections.persons import Persons
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
    Timeline(), Parts(), Cases(), Disclosures(), Consents(), Persons(), Monthly(), FigureEvents(), PlanTargets(), Reported(), *OF_TOWNS, Agencies(),
    Conferences(), Resources(), Places(), Cooperation(),
)
RESOURCES: tuple[Resource, ...] = (
    *timeline.RESOURCES, *parts.RESOURCES, *cases_read.RESOURCES, *disclosures.RESOURCES, *consents.RESOURCES, *monthly.RESOURCES, *figure_events.RESOURCES,
    *plan_targets.RESOURCES, *reported.RESOURCES, *prefecture.RESOURCES, *agencies.RESOURCES, *conferences.RESOURCES, *resources.RESOURCES,
    *places.RESOURCES, *cooperation.RESOURCES,
)
