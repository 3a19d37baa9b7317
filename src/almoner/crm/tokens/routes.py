"""`/Token`: users sign in for a program. API keys need it not.

Tokens of before go on, however often somebody signs in; ten at once are no trouble.
"""

from __future__ import annotations

from almoner.crm.tokens.requests import FIELDS, TokenForm, read_form
from almoner.crm.tokens.views import AwaitingView, TokenView, token_view
from almoner.platform.accounts.errors import (
    CodeNeeded,
    InvalidGrant,
    InvalidRequest,
    TooManyAttempts,
    UnsupportedGrantType,
)
from almoner.platform.accounts.sign_in import SignInDesk, Tokens
from almoner.platform.http import Reply, Request, encode_json, form, routes_in

_UNKEPT = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


@form(
    "/Token",
    fields=FIELDS,
    answers={200: TokenView, 202: AwaitingView},
    raises=(InvalidRequest, UnsupportedGrantType, InvalidGrant, TooManyAttempts),
)
async def create_token(request: Request, desk: SignInDesk) -> Reply:
    """Sign a user in, or exchange a refresh token for the next pair of tokens.

    A form: `grant_type=password` with `username` and `password`, or `grant_type=refresh_token` with `refresh_token`.
    202 says that a one-time code is needed: send the form again with `otp`. A refresh token works once; one that comes again ends its sign-in.
    """
    sent = await read_form(request)
    try:
        tokens = await _granted(desk, sent, request.client_address)
    except CodeNeeded as needed:
        view = AwaitingView(error=needed.code, error_description=needed.message)
        return Reply(202, encode_json(view), headers=_UNKEPT)
    return Reply(200, encode_json(token_view(tokens)), headers=_UNKEPT)


async def _granted(desk: SignInDesk, sent: TokenForm, address: str) -> Tokens:
    match sent.text("grant_type").lower():
        case "password":
            proven = await desk.prove(
                sent.text("username"), sent.readings("password"), sent.optional("otp"), address
            )
            return await desk.open_tokens(proven)
        case "refresh_token":
            return await desk.refresh(sent.text("refresh_token"), address)
    raise UnsupportedGrantType("The grant_type is password or refresh_token.")


routes = routes_in(__name__)
