"""Sentences for the outcome of a parcel: receipts, and answers of a PACS."""

from __future__ import annotations

from gantry.messages.errors.common import ASK_ADMIN, Row

RECEIPTS: dict[str, Row] = {
    "receipt.none": (
        "No receipt",
        "{host} responded, but not with a receipt, so the upload does not count as delivered.",
        "Check that this is the address of the upload service. " + ASK_ADMIN,
    ),
    "receipt.none#html": (
        "A web page responded instead of the upload service",
        "{host} responded with a web page. It may be the server’s front page or its sign-in "
        "page, or the sign-in page of this network (hotel, guest Wi-Fi).",
        "Open a web browser and check whether the network requires a sign-in. If not, ask "
        "for the address of the upload service; this one is for people.",
    ),
    "receipt.none#cut": (
        "The receipt is incomplete",
        "The response of {host} broke off in the middle, so the upload does not count as "
        "delivered.",
        "Try again: Gantry first asks what arrived.",
    ),
    "receipt.mismatch": (
        "What arrived is not what was sent",
        "The checksum that {host} reports is not that of the archive. The upload does not count "
        "as delivered.",
        "If this keeps happening, something on the way changes the data. Give the technical "
        "details to your IT department.",
    ),
    "receipt.mismatch#size": (
        "What arrived is not what was sent",
        "The size that {host} reports is not that of the archive. The upload does not count "
        "as delivered.",
        "Check on {host} whether the file there is complete, then press Retry.",
    ),
    "receipt.mismatch#not-there": (
        "What was stored does not exist",
        "{host} said that it stored the archive, and then that no such object exists.",
        "Gantry sends it again. If this keeps happening, give the technical details to the "
        "administrator of {host}.",
    ),
    "receipt.mismatch#read-back": (
        "The copy differs from the original",
        "The copy in {folder}, read back, differs from the archive. It was removed.",
        "Gantry copies it again. If this keeps happening, have the disk of the share checked.",
    ),
    "receipt.rejected": (
        "The server rejected the data",
        "{host} received the data and rejected it.",
        "Read the server’s own words below, and ask its administrator what it expects.",
    ),
    "receipt.rejected#rule": (
        "The response does not match the success rule",
        "The response of {host} is not what this destination’s success rule requires.",
        "Check on {host} whether the data was stored. If it was, correct the rule under "
        "More… in the destination’s settings.",
    ),
    "receipt.rejected#names-taken": (
        "All names are taken",
        "{folder} holds other files under this upload’s name. None of them was replaced.",
        "Look at the files there, or send to another folder.",
    ),
    "receipt.partly": (
        "Only part of it was stored",
        "The server stored {stored} of {count} images; it rejected {rejected}, and says "
        "nothing about {unknown}. Missing: {instances}.",
        "See the list of images for the server’s reasons. Retry sends only what is missing.",
    ),
    "receipt.unclear": (
        "It may have arrived",
        "Everything was handed over to {host}, but no response came, and {host} can’t be "
        "asked what it holds.",
        "Look there, or ask its administrator. Gantry does not send it again by itself, "
        "because that could leave two copies.",
    ),
    "dimse.rejected": (
        "The PACS does not accept the connection",
        "{host} rejected the association: it does not know the AE titles, or is too busy.",
        "Ask its administrator to register this computer’s AE title, address and port, and "
        "check the called AE title.",
    ),
    "dimse.no_context": (
        "The PACS does not accept this kind of image",
        "{host} does not accept some kinds of image, or the way they are compressed.",
        "See the technical details for which ones, and ask its administrator to accept them.",
    ),
}
