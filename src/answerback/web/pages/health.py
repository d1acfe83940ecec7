"""Whether the pages can be served, for whatever watches over them. It says that and nothing else."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from answerback.domain.errors import AnswerbackError
from answerback.web.answering.desk import desk
from answerback.web.rights import Right, needs
from answerback.workspace.home import open_home


@needs(Right.EVERYBODY)
def health(request: HttpRequest) -> HttpResponse:
    """200 where people's database and the workspace can be read, else 503."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        open_home(desk().home.root)
    except (DatabaseError, AnswerbackError, OSError):
        return JsonResponse({"status": "trouble"}, status=503)
    return JsonResponse({"status": "ok"})
