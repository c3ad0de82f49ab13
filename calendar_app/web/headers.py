"""The headers of every answer: nothing from elsewhere, no inline script, no framing."""

from flask import Flask, request
from werkzeug.wrappers import Response

from calendar_app.web.access import OUTSIDE, ROUTES
from calendar_app.web.context import current

CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def init_headers(app: Flask) -> None:
    """Adds the headers after each request."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if current.settings.secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", CSP)
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Content-Language", current.language)
    if ROUTES.get(request.endpoint or "") != OUTSIDE:
        # Pages differ by who looks; no shared cache may keep them.
        headers.setdefault("Cache-Control", "private, no-store")
    return response
