"""The read API on a city's year (閲覧): time to an answer by kind of question, over HTTP, with several readers at once, behind both walls."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import aiohttp
import asyncpg

from bench import logs
from bench.figures import Figure, percentile
from bench.show import Part, tell
from bench.stage import Spoken, Stage
from contracts.consent import DisclosureReleased
from deploy.local.lifecycle import Installation
from kernel.envelope import Envelope
from kernel.settings import Settings
from services.reporting import facts, generations
from services.reporting.api import question
from services.reporting.api.tokens import Tokens
from services.reporting.folding import fold
from services.reporting.projections import PROJECTIONS, RESOURCES
from services.reporting.projections.parts import PARTS
from services.reporting.projections.projection import Fact
from services.reporting.projections.table import Rows
from services.reporting.resource import Role
from services.reporting.store import Store, connector

TIMES = 6
"""Towns of 25,000 that make a city of 150,000."""
EACH, AT_ONCE, SEED, REPEATS = 400, 4, 1, 3
P99_MS = 50
PROJECTOR, NAME = "tsunagu_projector", "api"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: who asks, and the paths that are asked in turn."""

    title: str
    reader: str
    paths: tuple[str, ...]


def measure(stage: Stage) -> Part:
    """Milliseconds by kind of question. Raises CannotRun, DidNotStart."""
    installation, year = stage.stores(), _year()
    return asyncio.run(_measured(installation, year))


async def _measured(installation: Installation, year: list[Fact]) -> Part:
    settings = installation.settings
    connection = await connector(settings, PROJECTOR)()
    try:
        tell(f"api: {len(year):,} events into tables")
        rows = await _load(settings, connection, year)
        kinds, secrets = _kinds(year), _readers(settings)
        found = [await _repeat(installation, kinds, secrets) for _ in range(REPEATS)]
    finally:
        await _clear(connection)
        await connection.close()
    return _part(found, len(year), rows)


async def _repeat(installation: Installation, kinds: list[Kind], secrets: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds by kind, of an API that has just been started; its very first answers of each kind are not counted."""
    installation.start(NAME, progress=Spoken())
    try:
        return {kind.title: await _asked(installation.settings, kind, secrets[kind.reader]) for kind in kinds}
    finally:
        installation.stop(NAME)


def _part(found: list[dict[str, list[float]]], events: int, rows: int) -> Part:
    def shares(title: str, share: float) -> tuple[float, ...]:
        return tuple([percentile(each[title], share) for each in found])

    every = tuple([percentile([*itertools.chain(*each.values())], 0.99) for each in found])
    figures = [Figure(what=f"{title}: p99", unit="ms", values=shares(title, 0.99), at_most=P99_MS) for title in found[0]]
    figures += [Figure(what=f"{title}: median", unit="ms", values=shares(title, 0.5)) for title in found[0]]
    figures.append(Figure(what="all of them: p99", unit="ms", values=every, at_most=P99_MS))
    title = f"the read API on a city's year ({events:,} events, {rows:,} rows), {AT_ONCE} readers at once"
    return Part("api", title, tuple(figures), (f"{EACH} answers of each kind, over HTTP, the asking program on the same machine; started anew for each repeat",))


def _year() -> list[Fact]:
    """The facts of a city's year: the town's, several times over, each time with keys and ids of its own."""
    found: list[Fact] = []
    for name, records in logs.lived().items():
        read = facts.read(records, {records[0].topic: name} if records else {})
        found += [fact for _, fact in read.facts]
    return [_again(fact, number) for number in range(TIMES) for fact in found]


def _again(fact: Fact, number: int) -> Fact:
    def other(text: str) -> str:
        return f"{number}{text[1:]}"

    envelope: Envelope = replace(fact.envelope, id=other(fact.envelope.id), subject=other(fact.envelope.subject))
    event = fact.event
    if isinstance(event, DisclosureReleased):
        event = event.changed(event_id=other(event.event_id))
    return replace(fact, envelope=envelope, event=event)


async def _load(settings: Settings, connection: asyncpg.Connection, year: list[Fact]) -> int:
    """All projections' rows of the year; how many there are."""
    store, total = Store(PROJECTIONS, connector(settings, PROJECTOR), lambda code: None), 0
    await store.open()
    await store.close()
    known = {each.projection: each for each in await generations.known(connection)}
    for projection in PROJECTIONS:
        rows: Rows = fold(projection, year, ())[0]
        for table, found in rows.sorted():
            await connection.copy_records_to_table(table.name, schema_name=known[projection.name].schema, columns=table.names, records=found)
            total += len(found)
        for table in projection.tables:
            await connection.execute(f"VACUUM ANALYZE {known[projection.name].schema}.{table.name}")
    return total


async def _clear(connection: asyncpg.Connection) -> None:
    """Leave the database as it was: whoever comes next begins anew."""
    for each in await generations.known(connection):
        await connection.execute(f"DROP SCHEMA {each.schema} CASCADE")
    await connection.execute("DELETE FROM reporting.generations")


def _readers(settings: Settings) -> dict[str, str]:
    tokens = Tokens(settings.home)
    return {
        "elder": tokens.add(Role.CASEWORKER, "elder", 1)[1], "municipality": tokens.add(Role.MUNICIPALITY, "", 1)[1],
        "auditor": tokens.add(Role.AUDITOR, "", 1)[1],
    }


def _kinds(year: list[Fact]) -> list[Kind]:
    chance = random.Random(SEED)
    own = sorted({case for agency, case in _parts(year) if agency == "elder"})
    cases, months = sorted({case for _, case in _parts(year)}), sorted({time.strftime("%Y-%m", time.gmtime(fact.envelope.recorded_time / 1000)) for fact in year})
    chance.shuffle(own)
    chance.shuffle(cases)
    return [
        Kind("a caseworker, the timeline of a case", "elder", tuple(f"/v1/timeline?case_id={case}" for case in own[:EACH])),
        Kind("a caseworker, a page anywhere in all timelines", "elder", tuple(_anywhere("timeline", own[:EACH]))),
        Kind("a caseworker, a page of what has texts", "elder", tuple(_anywhere("documents", own[:EACH]))),
        Kind("the municipality, a page anywhere in all timelines", "municipality", tuple(_anywhere("timeline", cases[:EACH]))),
        Kind("the municipality, the figures of a month", "municipality", tuple(f"/v1/figures?period={month}" for month in months)),
        Kind("the municipality, the first page of each resource", "municipality", tuple(f"/v1/{each.name}" for each in RESOURCES if Role.MUNICIPALITY in each.roles)),
    ]


def _parts(year: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    projection = next(each for each in PROJECTIONS if PARTS in each.tables)
    for fact in year:
        yield from ((row[0], row[1]) for table, row in projection.rows(fact) if table is PARTS)


def _anywhere(name: str, cases: Iterable[str]) -> Iterator[str]:
    """Pages that go on from a case: what a reader sees who has turned many pages."""
    resource = next(each for each in RESOURCES if each.name == name)
    digest, empty = question.question(resource, []).digest, {"recorded_at": "-infinity", "partition": "0", "seq": "0"}
    for case in cases:
        yield f"/v1/{name}?cursor={question.cursor(digest, [case if column == 'case_id' else empty.get(column, '') for column in resource.order])}"


async def _asked(settings: Settings, kind: Kind, secret: str) -> list[float]:
    """Milliseconds of each answer, all of them right."""
    tell(f"api: {kind.title}")
    paths = itertools.islice(itertools.cycle(kind.paths), EACH + 2 * AT_ONCE)
    found: list[float] = []
    async with aiohttp.ClientSession(f"http://127.0.0.1:{settings.http_ports[NAME]}", headers={"Authorization": f"Bearer {secret}"}) as session:

        async def ask() -> None:
            for path in paths:
                began = time.perf_counter()
                async with session.get(path) as answer:
                    await answer.read()
                    if answer.status != 200:
                        raise RuntimeError(f"{kind.title}: status {answer.status}")
                found.append(1000 * (time.perf_counter() - began))

        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return found[2 * AT_ONCE :]
