"""The visitors' book (閲覧の受付): takes from ``consent.reads`` what the reporting service says of who has read personal data, and hands it to the gate.

Reporting may write nowhere else at the gate: whoever got hold of its account could note readings, and nothing more. Of what lies there
only that type is taken, and of its envelope only the id, the case and the time; anything else is buried.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from contracts.consent import PersonalDataRead
from contracts.shared import RefusalCode
from kernel import envelope, serde, tracing
from kernel.deadletters import dead_letter
from kernel.envelope import Envelope
from kernel.failures import PoisonError
from kernel.place import Place
from kernel.records import TP, Outgoing, Record, keyed
from services.consent.domain.viewing import SOURCE

NAME = "visitors"
GATE = "consent"


class Visitors:
    """The handler of the visitors' book. See ``kernel.records.Handler`` for the contract of its methods."""

    def __init__(self, place: Place) -> None:
        self._place, self._topics = place, place.routes.topics

    async def assigned(self, partitions: Collection[TP]) -> None:
        """There is nothing to learn."""

    async def revoked(self, partitions: Collection[TP]) -> None:
        """There is nothing to forget."""

    def settled(self) -> None:
        """Nothing to note."""

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing: what is read here may be refused."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """What goes to the gate's inbox; seen again, it goes again under the same ids and counts once."""
        return [self._passed_on(record) for record in records]

    def _passed_on(self, record: Record) -> Outgoing:
        try:
            attributes = envelope.read(record.key, record.headers)
            event = serde.decode(record.value)
            if type(event) is not PersonalDataRead:
                raise PoisonError(RefusalCode.UNKNOWN_TYPE)
        except PoisonError as error:
            self._place.meter.dead_letter(error.code)
            return dead_letter(record, error, self._topics.dead_letters(self._place.service), self._place.service)
        assert record.key and record.value
        ours = Envelope(
            id=attributes.id, source=SOURCE, type=serde.type_of(event).full_name, subject=attributes.subject, time=attributes.time,
            dataschema=attributes.dataschema, municipality=self._topics.municipality, traceparent=tracing.child(attributes.traceparent, NAME, attributes.id),
        )
        return keyed(self._topics.inbox(GATE), self._place.routes.partitions, record.key, record.value, ours.headers())
