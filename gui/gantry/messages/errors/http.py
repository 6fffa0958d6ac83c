"""Sentences for the answers of HTTP servers, by status."""

from __future__ import annotations

from gantry.messages.errors.common import ASK_ADMIN, Row

HTTP: dict[str, Row] = {
    "http.moved": (
        "The address has moved",
        "{host} responded that this address has moved to {to}.",
        "If you trust that, enter the new address in the settings of this destination. If it "
        "leads to a sign-in page, this address is for people, not for uploads.",
    ),
    "http.400": (
        "The server did not understand the upload",
        "{front_end} at {host} called the request malformed (400).",
        ("Check that this is the address for uploads and that the kind of destination is right. ")
        + ASK_ADMIN,
    ),
    "http.401": (
        "The sign-in failed",
        "{host} does not know this user and password, or the token has expired (401).",
        "Enter user and password, or a new token, in the settings of this destination.",
    ),
    "http.401#ExpiredToken": (
        "The session token has expired",
        "{host} knows the access key, but its session token has expired.",
        "Get new temporary credentials (access key, secret and token) and enter all three in "
        "the settings of this destination.",
    ),
    "http.401#SignatureDoesNotMatch": (
        "The secret key is wrong",
        "{host} knows the access key, but the secret key does not belong to it.",
        "Enter the access key and its secret key again in the settings of this destination.",
    ),
    "http.401#InvalidAccessKeyId": (
        "The access key is unknown",
        "{host} does not know this access key.",
        "Enter the access key and its secret key again, and check that they are for this server.",
    ),
    "http.403": (
        "Not allowed to send there",
        "{front_end} at {host} refused the upload: it is not permitted (403).",
        "Ask the administrator of {host} to allow uploads for this account, or check the address.",
    ),
    "http.403#SecondLevelDomainForbidden": (
        "The store requires the bucket’s own address",
        "{host} only accepts requests to a bucket’s own address (bucket.{host}), and Gantry "
        "puts the bucket’s name in the path.",
        "Ask the administrator for an address of this store that accepts the bucket in the "
        "path, or for another way to upload.",
    ),
    "http.404": (
        "No upload service at this address",
        "{front_end} at {host} responded, but there is nothing at this address (404).",
        "Check the part of the address after the server’s name.",
    ),
    "http.405": (
        "This address does not accept uploads",
        "{front_end} at {host} has something at this address, but does not accept uploads "
        "there (405).",
        "It is probably the address of a web page. Ask for the address of the upload service.",
    ),
    "http.407": (
        "The proxy requires a sign-in",
        "The proxy {proxy}, on the way to {host}, requires a user name and password (407).",
        "Enter them in the destination’s proxy settings, or ask your IT department for a way "
        "without sign-in.",
    ),
    "http.408": (
        "The server stopped waiting",
        "{host} gave up waiting for the rest of the upload (408).",
        "Try again. On a slow connection, ask the administrator of {host} for a longer time limit.",
    ),
    "http.409": (
        "The server has different content under this name",
        "{host} already has other content under this upload’s name (409). It was not replaced.",
        "Send it again as a new job, so that it gets a new name. " + ASK_ADMIN,
    ),
    "http.413": (
        "The server refuses uploads of this size",
        "{front_end} at {host} refused the archive as too large (413). Such a limit is "
        "usually set in the web server in front, not in the upload service itself.",
        "First check the address: it may be the web page’s rather than the upload service’s. If "
        "it is right, ask the administrator of {host} to raise the limit for it, or split the "
        "upload by series.",
    ),
    "http.413#about": (
        "The server seems to have a size limit",
        "{host} ended every attempt after about {limit} without saying why. It seems to "
        "refuse larger uploads.",
        "Ask the administrator of {host} for the largest upload that the server and the systems "
        "in front of it accept, or split the upload by series.",
    ),
    "http.413#nginx": (
        "The server refuses uploads of this size",
        "nginx in front of {host} refused the archive as too large (413). Its limit is "
        "called client_max_body_size and is {limit} unless the administrator sets it higher; "
        "the upload service behind it never saw the request.",
        "First check the address: it may be the web page’s rather than the upload service’s. If "
        "it is right, ask the administrator of {host} to raise client_max_body_size for it, or "
        "split the upload by series.",
    ),
    "http.413#Microsoft-IIS": (
        "The server refuses uploads of this size",
        "Microsoft IIS at {host} refused the archive as too large. Its limit is called "
        "maxAllowedContentLength and is {limit} unless the administrator sets it higher.",
        "First check the address: it may be the web page’s rather than the upload service’s. If "
        "it is right, ask the administrator of {host} to raise maxAllowedContentLength and "
        "uploadReadAheadSize for it, or split the upload by series.",
    ),
    "http.413#Cloudflare": (
        "Cloudflare refuses uploads of this size",
        "Cloudflare, which stands in front of {host}, refused the archive as too large "
        "(413). It lets through {limit} at most in its usual plans; the server never saw the "
        "request.",
        "Ask the administrator of {host} for an address that does not go through Cloudflare, "
        "split the upload by series, or use tus, which sends it in chunks.",
    ),
    "http.413#learned": (
        "The server refuses uploads of this size",
        "{host} accepts at most {limit}, as it said about an earlier upload; this archive "
        "has {size}.",
        "Gantry sends it in smaller uploads. To send it whole, ask the administrator of {host} to"
        " raise the limit.",
    ),
    "http.413#limit": (
        "The server refuses uploads of this size",
        "{front_end} at {host} refused the archive as too large (413). Its limit, {setting}, "
        "is {limit} unless it is set to something else.",
        "First check the address: it may be the web page’s rather than the upload service’s. If "
        "it is right, ask the administrator of {host} to raise the limit, or split the upload by "
        "series.",
    ),
    "http.413#setting": (
        "The server refuses uploads of this size",
        "{front_end} at {host} refused the archive as too large (413). Its limit is called "
        "{setting}; it does not say how high that is set.",
        "First check the address: it may be the web page’s rather than the upload service’s. If "
        "it is right, ask the administrator of {host} to raise the limit, or split the upload by "
        "series.",
    ),
    "http.415": (
        "The server does not accept this kind of data",
        "{host} does not accept this kind of upload (415).",
        "Check that the kind of the destination is right: an archive server and a PACS "
        "accept different things.",
    ),
    "http.422": (
        "The server rejected the content",
        "{host} received the data and rejected it (422).",
        "Read the server’s own words below, and ask its administrator what it expects.",
    ),
    "http.425": (
        "The server asks to try again later",
        "{host} is not ready to handle the request yet (425).",
        "Try again in a few minutes.",
    ),
    "http.429": (
        "The server is receiving too many requests",
        "{host} is receiving too many requests at the moment (429).",
        "Try again in a few minutes. Sending fewer uploads at once reduces the load.",
    ),
    "http.4xx": (
        "The server refused the upload",
        "{front_end} at {host} refused the request ({status}).",
        ASK_ADMIN,
    ),
    "http.500": (
        "The server failed",
        "{host} reported an internal error (500).",
        "Try again. If this keeps happening: " + ASK_ADMIN,
    ),
    "http.500#field": (
        "The server expects the file in another field",
        "{host} does not accept a file in the form field that Gantry uses (500).",
        "Ask its administrator what the field is called, and enter that name in the settings "
        "of this destination.",
    ),
    "http.502": (
        "The service behind the server does not respond",
        "{front_end} at {host} got no valid response from the upload service behind it (502).",
        (
            "Try again. If this keeps happening, the service is down, or it rejected the data in "
            "a way that the front end hides. "
        )
        + ASK_ADMIN,
    ),
    "http.503": (
        "The server is not available",
        "{host} is overloaded or under maintenance (503).",
        "Try again in a few minutes, or ask the administrator when it will be back.",
    ),
    "http.504": (
        "The service behind the server takes too long",
        "{front_end} at {host} waited too long for the upload service behind it (504).",
        "Try again: Gantry first asks what arrived. If this keeps happening, ask the "
        "administrator of {host} for a longer time limit.",
    ),
    "http.507": (
        "The server’s disk is full",
        "{host} has no space for the archive.",
        "Ask the administrator of {host} to free some space, then press Retry.",
    ),
    "http.5xx": (
        "The server failed",
        "{front_end} at {host} reported an error ({status}).",
        "Try again. If this keeps happening: " + ASK_ADMIN,
    ),
    "http.unexpected": (
        "Unexpected response",
        "{host} did not respond as this kind of destination would.",
        "Check the address, the port and the kind of the destination.",
    ),
}
