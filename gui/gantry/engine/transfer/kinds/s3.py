"""Describes S3 and compatible stores: their form, and their connection test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from ulid import ULID

from gantry.engine import doctor_steps as steps
from gantry.engine.doctor_steps import SharedDetail, Step
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.fields import (
    CONNECTION_FIELDS,
    PATH_FIELD,
    over_http_schemes,
    with_scheme,
)
from gantry.engine.transfer.http.doctor import WebCase, over_http, signed_in, wrong_service
from gantry.engine.transfer.kind import (
    DestinationKind,
    Field,
    Form,
    SignIn,
    Values,
)
from gantry.engine.transfer.kinds.s3_answer import failure_of
from gantry.engine.transfer.kinds.s3_bucket import Bucket
from gantry.engine.transfer.kinds.s3_upload import S3Destination
from gantry.engine.transfer.kinds.s3_words import (
    ROW,
    WORDS,
    S3Detail,
)

_MAY_NOT_LIST = frozenset({None, "AccessDenied", "AllAccessDisabled"})


def _examine(web: WebCase) -> Iterator[Step]:
    s3 = Bucket(web.case.url, web.case.credentials, web.case.limits, web.case.options)
    try:
        answer = s3.request("GET", "", {"list-type": "2", "max-keys": "1"}, token=web.case.token)
        error = failure_of(answer) if answer.status != 200 else None
        if error is not None and error.code is ErrorCode.HTTP_401:
            yield steps.failed(steps.SIGN_IN, error)
            return
        # A write-only key may not list; the last step tells whether it may write.
        unlisted = answer.status == 403 and error and error.facts.get("reason") in _MAY_NOT_LIST
        may_list = not unlisted
        if may_list and answer.status == 403:
            yield steps.failed(steps.SIGN_IN, failure_of(answer))
            return
        yield signed_in(web)
        if may_list and b"<ListBucketResult" not in answer.body:
            yield steps.failed(steps.SERVICE, error or wrong_service(answer, "S3"))
            return
        yield steps.passed(steps.SERVICE, S3Detail.BUCKET, bucket=s3.name)
        yield steps.not_applicable(steps.LIMIT, S3Detail.IN_PARTS)
        try:
            name = f"gantry-test-{ULID()}"
            deleted = s3.write_and_delete(name, bytes(steps.TEST_SIZE), web.case.token)
        except GantryError as error:
            yield steps.failed(steps.WRITE, error)
            return
        written = SharedDetail.WRITTEN if deleted else S3Detail.LEFT
        yield steps.passed(steps.WRITE, written, size=steps.TEST_SIZE, name=name)
    finally:
        s3.close()


def _to_url(values: Mapping[str, str]) -> str:
    path = "/".join(p for p in (values["bucket"].strip("/ "), values.get("prefix", "").strip("/ ")))
    return f"s3+{with_scheme(values['endpoint'].strip()).rstrip('/')}/{path.strip('/')}"


def _from_url(url: str) -> Values:
    parts = urlsplit(url.removeprefix("s3+"))
    bucket, _, prefix = parts.path.strip("/").partition("/")
    return {
        "endpoint": f"{parts.scheme}://{parts.netloc}",
        "bucket": unquote(bucket),
        "prefix": unquote(prefix),
    }


KIND = DestinationKind(
    name="s3",
    schemes=over_http_schemes("s3"),
    label="Object store (S3)",
    example="s3+https://host/bucket/prefix",
    form=Form(
        (
            Field("endpoint", "Endpoint", "https://s3.example.org"),
            Field("bucket", "Bucket", "imaging"),
            Field("prefix", "Prefix", "site-1", optional=True),
        ),
        _to_url,
        _from_url,
    ),
    open=S3Destination,
    examine=over_http(_examine),
    row=ROW,
    words=WORDS,
    features=S3Destination.features,
    sign_in=(SignIn.BASIC, SignIn.TOKEN),  # requests are signed with a key, so OAuth does not apply
    options=(PATH_FIELD, *CONNECTION_FIELDS),
)
