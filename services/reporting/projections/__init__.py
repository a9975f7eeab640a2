"""The projections: each a pure fold of the logs into rows; the list of those that run, and what may be read of them."""

from services.reporting.projections import (
    agencies,
    cases_read,
    conferences,
    consents,
    cooperation,
    disclosures,
    monthly,
    places,
    resources,
    timeline,
)
from services.reporting.projections.agencies import Agencies
from services.reporting.projections.cases import Cases
from services.reporting.projections.conferences import Conferences
from services.reporting.projections.consents import Consents
from services.reporting.projections.cooperation import Cooperation
from services.reporting.projections.disclosures import Disclosures
from services.reporting.projections.monthly import Monthly
from services.reporting.projections.persons import Persons
from services.reporting.projections.places import Places
from services.reporting.projections.projection import Projection
from services.reporting.projections.resources import Resources
from services.reporting.projections.timeline import Timeline
from services.reporting.resource import Resource

PROJECTIONS: tuple[Projection, ...] = (
    Timeline(), Monthly(), Cases(), Disclosures(), Consents(), Persons(), Agencies(), Conferences(), Resources(), Places(), Cooperation(),
)
RESOURCES: tuple[Resource, ...] = (
    *timeline.RESOURCES, *monthly.RESOURCES, *cases_read.RESOURCES, *disclosures.RESOURCES, *consents.RESOURCES, *agencies.RESOURCES,
    *conferences.RESOURCES, *resources.RESOURCES, *places.RESOURCES, *cooperation.RESOURCES,
)
