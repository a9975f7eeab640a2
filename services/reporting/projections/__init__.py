"""The projections: each a pure fold of the logs into rows; the list of those that run."""

from services.reporting.projections.monthly import Monthly
from services.reporting.projections.projection import Projection
from services.reporting.projections.timeline import Timeline

PROJECTIONS: tuple[Projection, ...] = (Timeline(), Monthly())
