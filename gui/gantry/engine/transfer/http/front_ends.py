"""The products that answer in front of an upload service, and their limits for a request's size."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gantry.engine.errors import Fact

# What identifies a server: its name, a pattern for the Server header, one for the body.
_SERVERS: tuple[tuple[str, str, str], ...] = (
    ("Cloudflare", r"cloudflare", r"cloudflare|cf-error"),
    ("Amazon load balancer", r"awselb|amazon-?cloudfront|cloudfront", r"^$x"),
    ("Envoy", r"envoy", r"^upstream connect error"),
    ("OpenResty (nginx)", r"openresty", r"<center>openresty"),
    ("nginx", r"nginx", r"<center>nginx"),
    ("Microsoft IIS", r"microsoft-iis|microsoft-httpapi", r"IIS \d|IIS Detailed Error|404\.13"),
    ("Squid", r"squid", r"generated .* by .*\(squid|squid-cache"),
    ("Varnish", r"varnish", r"varnish cache server|guru meditation"),
    ("HAProxy", r"haproxy", r"<h1>\d{3} [^<]+</h1>\s*\n[^<\n]+\.\n</body></html>"),
    ("Apache Tomcat", r"apache-coyote|tomcat", r"apache tomcat"),
    ("Apache", r"apache", r"<address>apache"),
    ("Caddy", r"caddy", r"^$x"),
    ("Traefik", r"traefik", r"^$x"),
    ("Microsoft Kestrel", r"kestrel", r"^$x"),
    ("Jetty", r"jetty", r"powered by jetty"),
    ("gunicorn", r"gunicorn", r"^$x"),
    ("Werkzeug", r"werkzeug", r"^$x"),
    ("Orthanc", r"orthanc", r"\"OrthancError\""),
    ("Gantry's receiver", r"gantry", r"^$x"),
)
# The setting that limits a request's size, and its default in bytes.
_SIZE_SETTINGS: Mapping[str, tuple[str, int]] = {
    "nginx": ("client_max_body_size", 1024 * 1024),
    "OpenResty (nginx)": ("client_max_body_size", 1024 * 1024),
    "Microsoft IIS": ("maxAllowedContentLength", 30_000_000),
    "Cloudflare": ("", 100_000_000),
    "Apache": ("LimitRequestBody", 1024**3),
    "Apache Tomcat": ("maxPostSize", 2 * 1024 * 1024),
    "Microsoft Kestrel": ("MaxRequestBodySize", 30_000_000),
    "Squid": ("request_body_max_size", 0),
    "Orthanc": ("MaximumRequestBodySizeMB", 8 * 1024**3),
}
# So high by default that it is rarely the cause.
_HIGH = frozenset({"LimitRequestBody", "MaximumRequestBodySizeMB"})


def front_end_of(headers: Mapping[str, str], body: bytes) -> str:
    """The product that answered, known by its header or the signature of its page, or ""."""
    said = headers.get("server", "")
    for name, header, _ in _SERVERS:
        if re.search(header, said, re.IGNORECASE):
            return name
    if "cf-ray" in headers:
        return "Cloudflare"
    if "x-squid-error" in headers:
        return "Squid"
    page = body[:8192].decode("latin-1")
    for name, _, signature in _SERVERS:
        if re.search(signature, page, re.IGNORECASE):
            return name
    return ""


def size_limit(front_end: str, asked: int) -> dict[str, Fact]:
    """The facts about the limit that refused `asked` bytes: its `setting`, its default `limit`."""
    setting, limit = _SIZE_SETTINGS.get(front_end, ("", 0))
    # A refusal below the setting's default comes from something else, perhaps a filter
    # (ModSecurity); or the setting has another value.
    fits = 0 < asked <= limit
    facts: dict[str, Fact] = {}
    if setting and not (fits and setting in _HIGH):
        facts["setting"] = setting
    if limit and not fits:
        facts["limit"] = limit
    return facts
