"""Agencies (支援関係機関): ``tsunagu agency`` registers and ends them; the modules beside are one agency's own connection and its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, USAGE, leave
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module

app = typer.Typer(no_args_is_help=True, help="Agencies (支援関係機関): register one, change what is registered, end one; the services take it up as they run.")
STEPS = ("step", "found", "done")
LISTED = ("agency", "kind", "name", "state", "contract_from", "contract_until", "emergency_right", "units", "municipality", "prefecture")
Id = Annotated[str, typer.Argument(help="Id of the agency, in topic and account names: a-z, 0-9 and hyphens, at most 32.", metavar="ID")]
Units = Annotated[list[str] | None, typer.Option("--unit", "-u", help="A unit (部署), CODE=NAME; once for each, or none.", metavar="CODE=NAME")]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD, or none to take it away.", metavar="DATE")]


@app.command(epilog="Example: tsunagu agency add hinata --kind ELDER --name 地域包括支援センターひなた東 --unit 01=相談係 "
                    "--contract-from 2026-04-01 --contract-until 2027-03-31")
def add(
    agency: Id,
    kind: Annotated[str | None, typer.Option("--kind", "-k", help="Its kind (AgencyKind), as ELDER or MUNICIPALITY; needed for a new one.")] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="Its Japanese name; the id where none is given.")] = None,
    unit: Units = None,
    contract_from: Day = None,
    contract_until: Day = None,
    emergency_right: Annotated[bool | None, typer.Option(
        "--emergency-right/--no-emergency-right", help="Whether it may give notice of danger to life (basis V); a new one may not.")] = None,
    municipality: Annotated[str | None, typer.Option(help="市町村コード of its municipality, or none; else ours.", metavar="CODE")] = None,
    prefecture: Annotated[str | None, typer.Option(help="Code of its prefecture; else that of its municipality.", metavar="CODE")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Give an agency its topics, account, rights and place in the registry, or change what is registered; what is not named stays as it is.

    May be repeated at any time: each step is looked at first. An agency that was ended is taken in again, as a new one. Its password lies where
    the others do, in secrets/agency-ID.password.
    """
    from cli.agency.asked import Asked

    asked = Asked(
        agency=agency, kind=kind, name=name, units=unit, contract_from=contract_from, contract_until=contract_until,
        emergency_right=emergency_right, municipality=municipality, prefecture=prefecture,
    )
    _show("add", asked, agency, output)


@app.command(epilog="Example: tsunagu agency end hinata --reason CONTRACT_OVER --on 2027-03-31")
def end(
    agency: Id,
    reason: Annotated[str, typer.Option("--reason", "-r", help="CONTRACT_OVER, CLOSED, MERGED, RIGHT_REMOVED or REGISTERED_IN_ERROR.")],
    on: Annotated[str | None, typer.Option("--on", help="First day on which it is none any more, as recorded; today unless given, never a later one.",
                                           metavar="DATE")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """End an agency from here on: the fact first, then its right to send, then, when the gate has passed the fact, its account.

    Nothing reaches it any more, and nothing is given on its word; what was recorded, what lies in its inbox and the consents that name it stay.
    May be repeated at any time: what was broken off is finished.
    """
    from cli.agency.asked import Ending

    _show("end", Ending(agency=agency, reason=reason, on=on), agency, output)


@app.command(epilog="Example: tsunagu agency rotate hinata")
def rotate(
    agency: Id,
    over: Annotated[bool, typer.Option("--end", help="The agency has the new password in place: the old one opens its account no more.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Give an agency another password, in secrets/agency-ID.password, beside the one that it has: both open its account until --end.

    Nothing is refused meanwhile, whichever of the two it shows. May be repeated at any time: what was broken off is finished. Connections that
    are open when the old one ends stay open until they are closed.
    """
    from cli import enrolment, steps

    _told(lambda: enrolment.Enrolment(settings_module.load(), steps.shown()).rotate(agency, over=over), agency, output)


@app.command(epilog="Example: tsunagu agency certificate hinata --days 180")
def certificate(
    agency: Id,
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how many days it is good; never longer than our authority.")] = 365,
    output: OutputOption = Output.TABLE,
) -> None:
    """Issue a key and a certificate, in secrets/agency-ID.pem, which open the agency's account instead of its password at the listener that
    kafka.mtls names.

    Renewal is the same words again: one that the agency has stays good until its own end, or until the agency is ended.
    """
    from cli import enrolment, steps

    _told(lambda: enrolment.Enrolment(settings_module.load(), steps.shown()).certificate(agency, days), agency, output)


@app.command(epilog="Example: tsunagu agency list --output json")
def list(output: OutputOption = Output.TABLE) -> None:
    """Every agency that is or was registered, as the registry's log says; state is `registered`, or since when it is no more and why."""
    from cli import enrolment

    show(enrolment.rows(settings_module.load()), LISTED, output)


def _show(verb: str, asked: Any, agency: str, output: Output) -> None:
    from cli import enrolment, steps

    found = enrolment.Enrolment(settings_module.load(), steps.shown())
    _told(lambda: found.add(asked) if verb == "add" else found.end(asked), agency, output)


def _told(work: Callable[[], Any], agency: str, output: Output) -> None:
    """Do it, and show each step: what was found, and what was done about it."""
    from confluent_kafka import KafkaException

    from cli.agency.asked import Amiss
    from cli.agency.client import NotAccepted

    try:
        taken = work()
    except Amiss as problem:
        leave(problem, USAGE if problem.usage else PROBLEMS)
    except NotAccepted as error:
        leave(f"NOT_ACCEPTED: {error}; run the command again", PROBLEMS if error.reached else UNREACHABLE)
    except KafkaException as error:
        leave(f"NOT_ANSWERED: the broker does not answer ({error.args[0].name()}); run the command again", UNREACHABLE)
    show(taken, STEPS, output)
    done = [row["step"] for row in taken if row["done"]]
    typer.echo(f"tsunagu: {agency}: {'done: ' + ', '.join(done) if done else 'nothing to change'}", err=True)
