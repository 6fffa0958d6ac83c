"""AWS Signature Version 4 for requests with a streamed body.

requests-aws4auth makes the canonical forms, but would read the whole body to hash it; so the caller
passes the body's SHA-256 in the header `x-amz-content-sha256`.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import requests
from requests_aws4auth import AWS4Auth  # type: ignore[import-untyped]
from requests_aws4auth.aws4signingkey import AWS4SigningKey  # type: ignore[import-untyped]

EMPTY = hashlib.sha256(b"").hexdigest()


class Signature:
    """Signs requests to S3; callable as requests' `auth`.

    Attributes:
        region: may be corrected once the service has named the bucket's.
    """

    def __init__(self, access_key: str, secret_key: str, session_token: str, region: str) -> None:
        self.region = region
        self._access_key, self._secret_key = access_key, secret_key
        self._session_token = session_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # Imported here because only sends to S3 need it.
        now = datetime.now(UTC)
        request.headers["x-amz-date"] = now.strftime("%Y%m%dT%H%M%SZ")
        request.headers.setdefault("x-amz-content-sha256", EMPTY)
        if self._session_token:
            request.headers["x-amz-security-token"] = self._session_token
        key = AWS4SigningKey(self._secret_key, self.region, "s3", now.strftime("%Y%m%d"))
        forms = AWS4Auth(self._access_key, key)
        headers, names = forms.get_canonical_headers(request, forms.include_hdrs)
        canonical = forms.get_canonical_request(request, headers, names)
        text = forms.get_sig_string(request, canonical, key.scope)
        signature = hmac.new(key.key, text.encode(), hashlib.sha256).hexdigest()
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._access_key}/{key.scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return request
