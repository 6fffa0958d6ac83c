"""Reads an HTML page as a person would: its text, its boxes, whether it is a sign-in page."""

from __future__ import annotations

import html
import re
from functools import cached_property
from urllib.parse import unquote

_TAGS = (
    "html|head|body|div|p|h[1-6]|br|b|pre|script|span|title|table|form|ul|ol|li|center|strong|font|"
    "a|style|meta|link|img|hr|em|i|small|section|main|textarea|code|label|input|button|iframe|tt"
)
_IS_PAGE = re.compile(rf"<!doctype html|<({_TAGS})\b[^<>]*/?>", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<(script|style|template|noscript|svg)\b.*?</\1\s*>|<!--.*?-->|<!\[CDATA\[|\]\]>|"
    r"<(\w+)\b[^<>]*(?:display\s*:\s*none|\shidden\b)[^<>]*>[^<]*</\2\s*>",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(br|/?p|/?div|/?h[1-6]|/?li|/?tr|/?pre|/title|hr)\b[^<>]*>", re.IGNORECASE)
_HEADLINE = re.compile(r"<(title|h1|h2|h3)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)


def _box(classes: str) -> re.Pattern[str]:
    """An element of such a class that isn't empty."""
    return re.compile(
        rf"<(\w+)\b[^<>]*\bclass\s*=\s*[\"']?[^\"'>]*\b(?:{classes})\b[^>]*>\s*(?:<(?!/\1\b)[^>]*>\s*)*[^<\s]",
        re.IGNORECASE,
    )


_ALARM = _box(
    "errorlist|alert-(?:danger|error)|flash-error|error-message|message-error|has-error|"
    "toast-error|errors?|text-danger|invalid-feedback"
)
_PRAISE = _box("alert-success|flash-success|message-success|toast-success|success")
_PHP = re.compile(
    r"<b>(warning|(?:catchable )?fatal error|parse error|error)</b>\s*:", re.IGNORECASE
)
_HARMLESS = re.compile(r"\s*undefined (variable|array key|index|offset|property)", re.IGNORECASE)
_NOTICE = re.compile(
    r"(<br\s*/?>\s*)?<b>(notice|deprecated|strict standards|warning)</b>\s*:[^\n]*?<b>\d+</b>"
    r"(<br\s*/?>)?",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_SIGN_IN = re.compile(
    r"\b(sign|log)[ -]?(in|on)\b|\blogin\b|\banmeld\w*|\bconnexion\b|se connecter|"
    r"inici(ar|o de) sesi|\biniciar sessão\b|\bentrar\b|accedi\b|\bвход\b|войти|zaloguj|"
    r"logowanie|oturum aç|giriş|登录|登入|登陆|ログイン|サインイン|로그인|"
    r"authentication required|single sign|captive portal|hotspot|"
    r"\bauthenti(cation|fication|cate)\b|autenti(cación|cação|cazione|cación)|авториз|\bidentifiez-vous|"
    r"(统一|統一)?身[份分](认证|認證|验证|驗證)|aanmelden|inloggen|einloggen|\w+anmeldung|logga in|"
    r"kirjaudu|logg inn|log på|přihlášení|bejelentkez|\bconectare\b|σύνδεση|تسجيل الدخول|"
    r"đăng nhập|\baccesso\b|\bmasuk\b|shibboleth|\bwayf\b|"
    r"select your (institution|organi[sz]ation|identity provider)|verification code|two-factor|"
    r"\bokta\b|attention required|internet access|"
    r"(free|public|airport|hotel|guest) wi-?fi|"
    r"guest (wi-?fi|network|access)|wi-?fi (login|access|portal)|accept (the )?terms",
    re.IGNORECASE,
)
_PORTAL = re.compile(
    r"wispaccessgatewayparam|captive|magic=[0-9a-f]{8,}|chilli|fgtauth|enable javascript|"
    r"samlrequest|login\.microsoftonline|kc-form-login|okta-sign-in|shibboleth\.sso|"
    r"javascript (is )?(required|disabled)|just a moment|checking your browser|"
    r"verify you are human",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"location(?:\.href|\.replace|\.assign)?\s*(?:=|\()\s*[\"']([^\"']{1,500})|"
    r"<meta\b(?=[^>]*\bhttp-equiv\s*=\s*[\"']?refresh)[^>]*url\s*=\s*[\"']?([^\"'>\s]{1,500})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(^|[/?&=._-])(log-?in|sign-?in|log-?on|sign-?on|auth(enticate|orize)?|sso|saml2?|oauth2?|oidc|"
    r"cas|openid|passport|session/new|sessions/new|users/sign_in|account/login|reauth|captive|"
    r"portal)(?=$|[/?&=._#-])|[?&](next|return_?(to|url)|redirect_?(uri|url|to)?|continue|service|"
    r"back_?url|goto)=|登录|(^|[/.])(anmeld(en|ung)|einloggen|connexion|iniciar-?sesion|inloggen|wayf|"
    r"idp|adfs)(?=$|[/?.#])",
    re.IGNORECASE,
)
_FORM_TO = re.compile(r"<form\b[^>]*\baction\s*=\s*[\"']?([^\"'>\s?]{1,500})", re.IGNORECASE)
_ALERT = re.compile(r"\balert\s*\(\s*([\"'])(.{1,400}?)\1\s*\)", re.DOTALL)
_OBJECT = re.compile(r"\(\s*(\{[^;]{1,2000}\})\s*[,)]", re.DOTALL)
_READ = 24_000  # characters of a page; expressions that match pairs of tags take quadratic time
_LONG = 600  # characters; of a longer page only the headlines count


def is_page(text: str) -> bool:
    """Whether a text is HTML, or contains some."""
    return _IS_PAGE.search(text) is not None


def is_sign_in_address(address: str) -> bool:
    """Whether a path or URL is that of a sign-in page."""
    return _ADDRESS.search(unquote(address[:1000])) is not None


class Page:
    """One page; the caller that read it has bounded its size."""

    def __init__(self, source: str) -> None:
        self._source = _NOTICE.sub(self._keep_alarms, source[:_READ])

    @staticmethod
    def _keep_alarms(match: re.Match[str]) -> str:
        """Drops PHP's notices beside an answer, but keeps its warnings, which may be the answer."""
        if match.group(2).lower() == "warning" and not _HARMLESS.match(_after(match.group(0))):
            return match.group(0)
        return " "

    @cached_property
    def text(self) -> str:
        """The visible text, one line per paragraph."""
        plain = _TAG.sub(" ", _BREAK.sub("\n", _HIDDEN.sub(" ", self._source)))
        lines = (" ".join(line.split()) for line in html.unescape(plain).splitlines())
        return "\n".join(line for line in lines if line)

    @property
    def is_long(self) -> bool:
        return len(self.text) > _LONG

    @cached_property
    def headlines(self) -> tuple[str, ...]:
        found = (html.unescape(_TAG.sub(" ", m.group(2))) for m in _HEADLINE.finditer(self._source))
        return tuple(" ".join(text.split()) for text in found)

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """The messages in the scripts of a page without text: `alert("…")`, `parent.done({…})`."""
        if self.text:
            return ()
        return (
            *(m.group(2) for m in _ALERT.finditer(self._source)),
            *(m.group(1) for m in _OBJECT.finditer(self._source)),
        )

    @cached_property
    def is_sign_in(self) -> bool:
        """Whether this is a sign-in page, of the service or of a network (hotel, guest Wi-Fi)."""
        if _PASSWORD.search(self._source) or _PORTAL.search(self._source):
            return True
        targets = (a or b for a, b in _MOVES.findall(self._source))
        if any(is_sign_in_address(target) for target in targets):
            return True
        if any(_SIGN_IN.search(headline) for headline in self.headlines):
            return True
        if not self.is_long and any(is_sign_in_address(a) for a in _FORM_TO.findall(self._source)):
            return True
        first = self.text[:200]
        return "<form" in self._source.lower() and bool(_SIGN_IN.search(first)) and not self.is_long

    @cached_property
    def says_error(self) -> bool:
        """Whether it contains an error box, or PHP's words for an error."""
        return _PHP.search(self._source) is not None or _ALARM.search(self._visible) is not None

    @cached_property
    def says_success(self) -> bool:
        """Whether it contains a success box."""
        return _PRAISE.search(self._visible) is not None

    @cached_property
    def _visible(self) -> str:
        return _HIDDEN.sub(" ", self._source)


def _after(text: str) -> str:
    return re.sub(r"<[^>]*>", "", text).partition(":")[2]
