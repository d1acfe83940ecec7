"""To the organisation's own sign-in service and back.

Browsers hold a form to where its page may send it, redirects included, and the service may send on to another. So the
form comes back with a page of ours that goes there by itself.
"""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect.views import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from requests import RequestException

from answerback.web.rights import Right, needs
from answerback.web.sign_in.service import SERVICE


@needs(Right.EVERYBODY)
@require_POST
def to_service(request: HttpRequest) -> HttpResponse:
    """Begins a sign-in at the service; not found where none is named."""
    if request.GET:  # the library would take a wish to tie another account from there
        raise Http404
    if request.user.is_authenticated:
        return redirect("home")
    try:
        begun = login(request, SERVICE)
    except RequestException:
        return render(request, "socialaccount/authentication_error.html", status=502)
    address = begun.headers.get("Location", "")
    if not address:
        return render(request, "socialaccount/authentication_error.html", status=502)
    response = render(request, "socialaccount/on_the_way.html", {"address": address})
    response.headers["Refresh"] = f"0; url={address}"
    return response
