"""The routes of `/api/v1`, each with its stated right, and the description of them all (`openapi.json`).

There is no page to try it on: such pages want scripts from elsewhere. Any tool that reads OpenAPI shows it.
"""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from answerback.web.api import reading, writing
from answerback.web.api.bearer import Token
from answerback.web.api.problems import MEDIA_TYPE, handled_by, not_found, problem
from answerback.web.rights import Right, View, needs

VERSION = "1"


@functools.cache
def api() -> NinjaAPI:
    """The API, made once."""
    made = NinjaAPI(
        title="Answerback",
        version=VERSION,
        description="What the bearer of a token may see, and touches and acts of buyers handed over.",
        docs_url=None,
        openapi_url=None,
        auth=Token(),
        urls_namespace="api",
    )
    handled_by(made)
    made.add_router("", reading.router)
    made.add_router("", writing.router)
    return made


@functools.cache
def described() -> dict[str, Any]:
    """The description, with problems as what they are."""
    schema: dict[str, Any] = dict(api().get_openapi_schema(path_prefix="/api/v1"))
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    response["content"] = {MEDIA_TYPE: content["application/json"]}
    return schema


@needs(Right.EVERYBODY)
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the API; nothing of the organisation is in it."""
    if request.method not in ("GET", "HEAD"):
        return problem(405, "this is only read", headers={"Allow": "GET, HEAD"})
    return JsonResponse(described())


@needs(Right.TOKEN)
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below the API's."""
    del request, rest
    return not_found()


def _stated(view: View) -> View:
    """A route of the API as a view of ours: the right stated, the token in the place of a form's secret."""

    @functools.wraps(view)
    def stated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            return problem(405, "not by this method", headers={"Allow": response.headers.get("Allow", "")})
        return response

    stated.__module__ = __name__
    return needs(Right.TOKEN)(csrf_exempt(stated))


urlpatterns: list[URLPattern] = [
    path("openapi.json", openapi, name="api_description"),
    *(
        URLPattern(each.pattern, _stated(each.callback), name=each.name)
        for each in api().urls[0]
        if isinstance(each, URLPattern) and each.name != "api-root"
    ),
    re_path(r"^(?P<rest>(?s:.*))\Z", csrf_exempt(nothing_here), name="api_nothing"),
]
