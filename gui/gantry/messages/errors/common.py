"""Parts of sentences that several errors share."""

from __future__ import annotations

Row = tuple[str, str, str]

AGAIN = "Press Retry. If this keeps happening, give the technical details to your administrator."
READ_AGAIN = (
    "What was found so far is still in the list. Drop the folder again to read the rest. If "
    "this keeps happening, give the technical details to your administrator."
)
WAITS = "Check the network cable, the Wi-Fi or the VPN, then try again."
ASK_ADMIN = "Give the technical details to the administrator of {host}."
CERTIFICATE = (
    "Nothing was sent, because this may not be the real server. Give the technical details "
    "to the administrator of {host}, and do not bypass this check."
)
