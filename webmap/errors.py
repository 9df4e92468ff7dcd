"""The one table from what went wrong to a status, a shape and plain words.

Layers raise situations in words and know no status. A program (a path of MACHINE_PATHS) gets an RFC 9457 problem; a
person gets a page in their language, and the sign-in page where signing in is what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from data.availability import StoreAway
from data.texts import UnkeptText
from geo.cells import BadCell
from geo.coordinates import BadCoordinates
from geo.covers import TooLarge, TooMany
from geo.datums import UnknownDatum
from geo.shapes import BadShape
from layers.errors import BadInput, LinliError, MoveNotAllowed, NotAllowed, NotFound, TooMuch
from layers.needs.counts import TooManyReports
from layers.text import Text
from webmap.caller import wants_page

PROBLEM_JSON = "application/problem+json"


class SignInNeeded(LinliError):
    """The caller has to sign in first."""


class NoAccess(LinliError):
    """The caller's role does not have the permission."""


class CrossSite(LinliError):
    """A page of another site sent the request along with a person's session."""


class NotReady(LinliError):
    """The service has started and cannot answer yet."""


class TooManyTries(LinliError):
    """More tries than allowed; `retry_after` seconds from now there are new ones."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many tries. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Situation:
    """How one kind of error is told: its status, its name in `type`, its title, and what a person can do."""

    status: int
    name: str
    title: Text
    advice: Text


BAD_INPUT = Situation(
    400,
    "bad-input",
    Text("That cannot be taken as it is", "输入的内容无法处理"),
    Text("Check what was entered and send it again.", "请检查输入内容后重新提交。"),
)
SIGN_IN = Situation(
    401, "sign-in-needed", Text("Please sign in first", "请先登录"), Text("Sign in and try again.", "请登录后重试。")
)
NO_ACCESS = Situation(
    403,
    "no-access",
    Text("Your account may not do this", "您的账号没有此权限"),
    Text("Ask your administrator if you need it for your work.", "如工作需要，请联系管理员。"),
)
CROSS_SITE = Situation(
    403,
    "cross-site",
    Text("This did not come from a page of Linli", "该请求不是从邻里页面发出的"),
    Text("Nothing was changed. Open the page again and repeat the step.", "没有任何更改。请重新打开页面后再试。"),
)
NOT_FOUND = Situation(
    404,
    "not-found",
    Text("There is nothing here", "找不到该页面"),
    Text("The link may be old or mistyped. The map is one step away.", "链接可能已失效或有误。您可以返回地图。"),
)
WRONG_METHOD = Situation(
    405,
    "wrong-method",
    Text("This address does not work that way", "该地址不支持此操作"),
    Text("Go back and use the page's own buttons.", "请返回并使用页面上的按钮。"),
)
CONFLICT = Situation(
    409,
    "move-not-allowed",
    Text("That step is not possible now", "当前状态不允许此操作"),
    Text("Somebody may have changed it meanwhile. Look again, then decide.", "可能已被他人更改。请刷新后再决定。"),
)
TOO_MUCH = Situation(
    413,
    "too-much",
    Text("That is more than is given or taken at once", "一次请求的内容过多"),
    Text("Ask for a smaller area or send less.", "请缩小范围或减少内容。"),
)
PHOTOS_TOO_LARGE = Situation(
    413,
    "photos-too-large",
    Text("The photos are too large together", "照片总体积过大"),
    Text(
        "Nothing was sent yet. Go back: what you wrote is still there. Choose smaller photos, or none.",
        "尚未提交。请返回上一页，您填写的内容还在。请选择较小的照片，或不附照片。",
    ),
)
WRONG_TYPE = Situation(
    415,
    "wrong-type",
    Text("The content is of a type that is not read here", "不支持该内容类型"),
    Text("Send JSON, with Content-Type: application/json.", "请以 application/json 发送 JSON。"),
)
TOO_MANY_TRIES = Situation(
    429,
    "too-many-tries",
    Text("Too many tries", "尝试次数过多"),
    Text("Wait a few minutes, then try again.", "请等几分钟后再试。"),
)
TOO_MANY_REPORTS = Situation(
    429,
    "too-many-reports",
    Text("Very many requests came from here", "此处发来的求助过多"),
    Text("Please telephone your community office, or try again later.", "请致电社区居委会，或稍后再试。"),
)
FAILED = Situation(
    500,
    "failed",
    Text("Something went wrong on our side", "系统出错了"),
    Text("What was saved before is kept. Try again in a moment.", "此前保存的内容不受影响。请稍后再试。"),
)
UNAVAILABLE = Situation(
    503,
    "unavailable",
    Text("The record cannot be reached right now", "暂时无法访问数据"),
    Text("What was saved before is kept. Try again in a moment.", "此前保存的内容不受影响。请稍后再试。"),
)

#: Exact class first, then its parents: a new subclass is told like the class it refines.
SITUATIONS: Mapping[type[Exception], Situation] = MappingProxyType(
    {
        BadInput: BAD_INPUT,
        BadCoordinates: BAD_INPUT,
        BadCell: BAD_INPUT,
        BadShape: BAD_INPUT,
        TooLarge: BAD_INPUT,
        UnknownDatum: BAD_INPUT,
        ValidationError: BAD_INPUT,
        UnkeptText: BAD_INPUT,
        TooMuch: TOO_MUCH,
        TooMany: TOO_MUCH,
        NotFound: NOT_FOUND,
        NotAllowed: NO_ACCESS,
        MoveNotAllowed: CONFLICT,
        SignInNeeded: SIGN_IN,
        NoAccess: NO_ACCESS,
        CrossSite: CROSS_SITE,
        TooManyReports: TOO_MANY_REPORTS,
        TooManyTries: TOO_MANY_TRIES,
        NotReady: UNAVAILABLE,
        **dict.fromkeys(StoreAway, UNAVAILABLE),
        LinliError: BAD_INPUT,
    }
)

#: Errors that Flask itself raises, by status. Every other status of 4xx is told as BAD_INPUT with its own number.
BY_STATUS: Mapping[int, Situation] = MappingProxyType(
    {one.status: one for one in (*SITUATIONS.values(), WRONG_METHOD, WRONG_TYPE, FAILED) if one is not CROSS_SITE}
)

#: Seconds after which a program should come back when the store is busy or away.
RETRY_AFTER_SECONDS = 5


def init_app(app: Flask) -> None:
    """Registers one handler for every error of the table and for those of Flask."""
    for kind in SITUATIONS:
        app.register_error_handler(kind, tell)
    app.register_error_handler(HTTPException, _tell_flask)
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _log_exception(exc_info: Any) -> None:
    """As Flask logs what nobody foresaw, but for the address."""
    current_app.logger.error("Exception on %s [%s]", _route(), request.method, exc_info=exc_info)


def _route() -> str:
    """What was asked, for the log: "/needs/<token>". The address itself may be a private link."""
    return request.url_rule.rule if request.url_rule is not None else "an address that leads nowhere"


def situation_of(error: Exception) -> Situation:
    """The line of the table for this error."""
    return next(SITUATIONS[kind] for kind in type(error).__mro__ if kind in SITUATIONS)


def problem(situation: Situation, detail: str = "", **more: Any) -> Response:
    """The RFC 9457 answer for a program. `more` are members of its own, such as `errors`."""
    body = {
        "type": f"/problems/{situation.name}",
        "title": situation.title.en,
        "status": situation.status,
        "detail": detail or situation.advice.en,
        **more,
    }
    return Response(orjson.dumps(body), situation.status, content_type=PROBLEM_JSON)


def problem_of_validation(error: ValidationError) -> Response:
    """The answer to arguments or a body that pydantic refuses: every field with its reason, and no value echoed."""
    if request.method != "GET" and request.content_length and not request.is_json:
        return problem(WRONG_TYPE)
    words, errors = _validation_detail(error)
    return problem(BAD_INPUT, words, errors=errors)


def _validation_detail(error: ValidationError) -> tuple[str, list[dict[str, str]]]:
    errors = [
        {"field": ".".join(str(part) for part in one["loc"]) or "body", "reason": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "; ".join(f"{one['field']}: {one['reason']}" for one in errors), errors


def tell(error: Exception) -> Response:
    """The answer to an error of the table, for whoever asked."""
    situation = situation_of(error)
    if isinstance(error, StoreAway):
        current_app.logger.error("the store did not answer %s: %s", _route(), getattr(error, "orig", error))
    if wants_page():
        return _to_sign_in() if situation is SIGN_IN else _with_retry(page_of(situation, _words_of(error)), error)
    answer = problem(situation, _words_of(error), **_members_of(error))
    if situation is SIGN_IN:
        answer.headers["WWW-Authenticate"] = 'Session realm="Linli"'
    return _with_retry(answer, error)


def _words_of(error: Exception) -> str:
    """The sentence for a person that the error carries; none for errors whose text is for developers."""
    if isinstance(error, ValidationError):
        return _validation_detail(error)[0]
    return "" if isinstance(error, StoreAway) else str(error)


def _members_of(error: Exception) -> dict[str, Any]:
    """What the problem says beyond its four members."""
    if isinstance(error, BadInput) and error.errors:
        return {"errors": error.errors}
    if isinstance(error, ValidationError):
        return {"errors": _validation_detail(error)[1]}
    if isinstance(error, TooMany):
        return {"count": error.count, "resolution_that_would_do": error.resolution_that_would_do}
    return {}


def _with_retry(answer: Response, error: Exception) -> Response:
    if isinstance(error, (TooManyTries, TooManyReports)):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, (NotReady, *StoreAway)):
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _tell_flask(error: HTTPException) -> Response:
    """404, 405, 413, 500 and the like, with the headers that belong to them (Allow, Retry-After)."""
    if isinstance(error, SecurityError):  # a host name that is not ours: no page can be drawn, no link be made
        return Response("This is not a name of this site.\n", 400, content_type="text/plain; charset=utf-8")
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    known = BY_STATUS.get(error.code)
    base = known or (BAD_INPUT if error.code < 500 else FAILED)
    situation = base if known else Situation(error.code, base.name, base.title, base.advice)
    answer = page_of(situation) if wants_page() else problem(situation)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def page_of(situation: Situation, detail: str = "") -> Response:
    """The answer for a person, in their language."""
    page = render_template("error.html", situation=situation, detail=detail)
    return Response(page, situation.status, content_type="text/html; charset=utf-8")


def _to_sign_in() -> Response:
    """302 to the sign-in page, which leads back to where the person wanted to go."""
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else "/"
    answer = make_response(redirect(url_for("account.login", next=wanted), 302))
    answer.headers["Cache-Control"] = "no-store"
    return answer
