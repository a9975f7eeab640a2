"""The application: one route for each resource, texts, ledger, health; its OpenAPI document says what each takes and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from kernel import log
from kernel.exposing import CONTENT_TYPE_LATEST, exposed
from kernel.failures import IntegrityError, Unavailable
from services.reporting.api import answers, document, problems
from services.reporting.api.desk import Desk
from services.reporting.api.problems import Code, Problem
from services.reporting.api.reader import Reader, identified
from services.reporting.api.shapes import JSON, as_json
from services.reporting.api.tokens import TokensUnreadable
from services.reporting.api.watch import OTHER, Meters, Watched
from services.reporting.resource import Resource

Endpoint = Callable[..., Awaitable[Response]]
_BEARER = HTTPBearer(auto_error=False, description="トークン（tsunagu token add）又は OIDC の JWT。A token of this installation, or a JWT.")
_AGAIN_S = "5"


def application(open_desk: Callable[[], Desk], resources: Sequence[Resource] = document.RESOURCES) -> FastAPI:
    """The API of a site with these resources; ``open_desk`` is asked at each request, since what it holds is there only once the process has started.

    Texts and ledgers are there where the parts in cases are known: with a town, not with a prefecture.
    """
    app, meters = FastAPI(**document.ABOUT, openapi_url="/openapi.json", docs_url=None, redoc_url=None), Meters()
    app.add_middleware(Watched, meters=meters)
    _problems(app)
    _open_routes(app, open_desk, meters)

    async def reader(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Reader:
        found = await identified(request.headers.get("authorization", ""), open_desk().checks)
        request.state.reader = found
        return found

    shown = Depends(reader)
    _route(app, "/v1", _index(open_desk, shown), document.INDEX)
    if any(resource.projection == answers.PARTS for resource in resources):
        _route(app, "/v1/cases/{case}/texts", _texts(open_desk, shown), document.TEXTS)
        _route(app, "/v1/persons/{person}/ledger", _ledger(open_desk, shown), document.LEDGER)
    for resource in resources:
        _route(app, f"/v1/{resource.name}", _rows(open_desk, resource, shown), document.of(resource))
    for path in (OTHER, *(route.path for route in app.routes if isinstance(route, APIRoute))):
        meters.know(path)
    return app


def _route(app: FastAPI, path: str, endpoint: Endpoint, about: dict[str, Any]) -> None:
    app.add_api_route(path, endpoint, methods=["GET"], response_class=Response, **about)


def _index(open_desk: Callable[[], Desk], shown: Any) -> Endpoint:
    async def index(request: Request, reader: Any = shown) -> Response:
        return await answers.listed(open_desk(), reader)
    return index


def _rows(open_desk: Callable[[], Desk], resource: Resource, shown: Any) -> Endpoint:
    async def rows(request: Request, reader: Any = shown) -> Response:
        return await answers.rows(open_desk(), reader, resource, request)
    return rows


def _texts(open_desk: Callable[[], Desk], shown: Any) -> Endpoint:
    async def texts(request: Request, reader: Any = shown) -> Response:
        return await answers.case_texts(open_desk(), reader, request.path_params["case"], request)
    return texts


def _ledger(open_desk: Callable[[], Desk], shown: Any) -> Endpoint:
    async def ledger(request: Request, reader: Any = shown) -> Response:
        return await answers.person_ledger(open_desk(), reader, request.path_params["person"], request)
    return ledger


def _open_routes(app: FastAPI, open_desk: Callable[[], Desk], meters: Meters) -> None:
    """What needs no token, and tells nothing."""

    async def health(request: Request) -> Response:
        return await answers.health(open_desk())

    async def alive(request: Request) -> Response:
        return Response("ok", media_type="text/plain")

    async def ready(request: Request) -> Response:
        await open_desk().database.stale()
        return Response("ok", media_type="text/plain")

    async def metrics(request: Request) -> Response:
        return Response(exposed(meters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    _route(app, "/v1/health", health, document.HEALTH)
    for path, endpoint in (("/livez", alive), ("/readyz", ready), ("/metrics", metrics)):
        app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)


def _problems(app: FastAPI) -> None:
    """Whatever goes wrong is told by its code."""

    async def problem(_: Request, error: Exception) -> Response:
        return _answer(error.code if isinstance(error, Problem) else Code.INTERNAL)

    async def unavailable(_: Request, error: Exception) -> Response:
        log.logger().warning("not answered", reason=str(error), error=type(error).__name__)
        return _answer(Code.UNAVAILABLE)

    async def integrity(_: Request, error: Exception) -> Response:
        log.logger().error("records do not agree", error=type(error).__name__)
        return _answer(Code.INTEGRITY)

    async def refused(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED}.get(status, Code.PARAMETER_INVALID if status < 500 else Code.INTERNAL)
        return _answer(code, dict(getattr(error, "headers", None) or {}))

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, refused)
    for kind in (Unavailable, TokensUnreadable):
        app.add_exception_handler(kind, unavailable)
    for kind in (IntegrityError, LookupError):
        app.add_exception_handler(kind, integrity)
    app.add_exception_handler(Exception, problem)


def _answer(code: Code, headers: dict[str, str] | None = None) -> Response:
    status, told = problems.status_of(code), {"Cache-Control": "no-store", **(headers or {})}
    if status == 401:
        told["WWW-Authenticate"] = "Bearer"
    if status == 503:
        told["Retry-After"] = _AGAIN_S
    return Response(as_json(problems.body(code)), status_code=status, media_type=JSON, headers=told)
