"""The sentences for errors: title; what happened, to what; what to do now.

Facts stand in braces. `code#fact` is a row for one value of the fact `reason`, `phase` or
`front_end`; the row of the bare code is for all the others.
"""

from __future__ import annotations

Row = tuple[str, str, str]

_AGAIN = "Press Retry. If it happens again, give the technical details to your administrator."
_WAITS = "Gantry tries again by itself. Check the network cable, the Wi-Fi or the VPN."
_ASK_ADMIN = "Give the technical details to the administrator of {host}."
_CERTIFICATE = (
    "Nothing was sent, because the server could be somebody else’s. Give the technical details "
    "to the administrator of {host}; don’t go round this check."
)

ERRORS: dict[str, Row] = {
    # Source
    "source.missing": (
        "A file is no longer there",
        "{path} was there during the scan and is gone now.",
        "Put it back and press Retry, or scan the folder again to send it without that file.",
    ),
    "source.changed": (
        "A file changed while it was packed",
        "{path} was changed while Gantry read it, so the archive would not have been true.",
        "Wait until the export or the copy is finished, then press Retry.",
    ),
    "source.changed#rescan": (
        "A file changed since the scan",
        "{path} is not what it was when the folder was scanned.",
        "Scan the folder again, check what is in it, and send it anew.",
    ),
    "source.busy": (
        "A file is still being written",
        "Another program is still writing {path}.",
        "Gantry waits until it is finished. If that takes too long, see which program writes it.",
    ),
    "source.locked": (
        "A file is locked by another program",
        "Another program keeps {path} open and lets nobody read it.",
        "Close the program that uses it, then press Retry.",
    ),
    "source.denied": (
        "A file may not be read",
        "You are not allowed to read {path}.",
        "Ask whoever looks after the folder for the right to read it, then press Retry.",
    ),
    "source.unreadable": (
        "A file can’t be read",
        "Reading {path} failed several times: the disk, CD or stick may be damaged.",
        "Copy the data anew from where it comes from, or try another drive.",
    ),
    "source.gone": (
        "The source is gone",
        "The drive or share that holds {path} can’t be reached any more.",
        "Plug it in or connect it again, then press Retry.",
    ),
    "source.nothing": (
        "Nothing to send",
        "There is no DICOM file among what was chosen.",
        "Look at the list of skipped files for the reasons, or choose another folder.",
    ),
    # Archive
    "archive.damaged": (
        "An archive is damaged",
        "The archive is not as it was packed: {reason}.",
        "Press Retry: it is packed again from the source files, which are untouched. If this "
        "happens often, have the disk and the virus scanner looked at.",
    ),
    "archive.damaged#changed": (
        "An archive changed after it was checked",
        "The archive of parcel {parcel} changed on the disk between its check and the sending. "
        "It was not sent.",
        "Gantry packs it again. If this happens often, have the disk looked at.",
    ),
    "archive.foreign": (
        "Not an archive of Gantry’s",
        "The archive holds no manifest that Gantry knows, so there is nothing to compare it with.",
        "Check that it is the right file.",
    ),
    "archive.missing": (
        "An archive is gone",
        "A packed archive is no longer in the spool folder, or can’t be read there. A virus "
        "scanner may have taken it.",
        "Press Retry: it is packed again. If it goes again, have the spool folder excepted.",
    ),
    "spool.full": (
        "The disk is full",
        "The spool folder {folder} needs {needed} more, but only {free} are free.",
        "Make room, or choose another spool folder in the settings; then press Retry.",
    ),
    "spool.unwritable": (
        "The spool folder can’t be written",
        "Gantry can’t write into its spool folder {folder}.",
        "Check that the folder exists and that you may write there, or choose another one in the "
        "settings.",
    ),
    # Destination, before HTTP
    "destination.invalid": (
        "The address can’t be used",
        "“{url}” is not an address that Gantry can send to.",
        "Correct the address in the settings of this destination.",
    ),
    "destination.invalid#empty": (
        "No address",
        "The destination has no address.",
        "Enter one: a folder, or an address that begins with https://.",
    ),
    "destination.invalid#scheme": (
        "The kind of address is unknown",
        "“{url}” does not begin like an address that Gantry can send to.",
        "Enter a folder, or an address that begins with https:// or one of the other kinds in the "
        "list of destinations.",
    ),
    "destination.invalid#host": (
        "The address has no server name",
        "There is no usable server name in “{url}”.",
        "Enter the whole address, such as https://server.example/upload.",
    ),
    "destination.invalid#port": (
        "The port is not a number",
        "The port in “{url}” is not a number from 1 to 65535.",
        "Correct the number behind the colon, or leave both away.",
    ),
    "destination.invalid#path": (
        "The folder’s name is not complete",
        "“{url}” does not name a folder from its root.",
        r"Enter the whole path, such as D:\out or \\server\share\folder.",
    ),
    "destination.invalid#windows path": (
        "A Windows path on another system",
        "“{url}” can only be reached from Windows.",
        "Connect the share on this computer, and choose the folder that it then appears in.",
    ),
    "destination.invalid#certificate file": (
        "A certificate file can’t be used",
        "The file with the certificate or its key can’t be read, or holds something else.",
        "Choose the right PEM files in the settings of this destination.",
    ),
    "destination.unknown": (
        "The destination is unknown",
        "There is no destination called “{destination}” in the settings.",
        "Choose one from the list, or add it in the settings.",
    ),
    "network.dns": (
        "The server’s name can’t be found",
        "No computer called {host} can be found from here.",
        "Check the spelling of the address, and whether this computer is online. " + _WAITS,
    ),
    "network.refused": (
        "The server does not answer",
        "{host} is there, but nothing accepts connections at this port.",
        "Check the port in the address. The server may be restarting: Gantry tries again by "
        "itself. If it stays so, ask its administrator.",
    ),
    "network.unreachable": (
        "No way to the server",
        "The network has no way from this computer to {host}.",
        _WAITS,
    ),
    "network.timeout": (
        "The server takes too long",
        "{host} did not answer within {seconds} seconds.",
        _WAITS,
    ),
    "network.timeout#connect": (
        "The server can’t be reached",
        "No connection to {host} came about. A firewall may drop it, or the server is down.",
        _WAITS + " If it stays so, ask whether a firewall is between.",
    ),
    "network.timeout#answer": (
        "The server got everything but does not answer",
        "All bytes went to {host}, but its answer did not come within {seconds} seconds.",
        "Gantry asks what arrived before it sends again. If it stays so, ask the administrator "
        "of {host} whether the server is overloaded.",
    ),
    "network.disconnected": (
        "The connection was cut",
        "The connection to {host} was cut before the answer came.",
        "Gantry tries again by itself, and asks first what has arrived. If it is always cut at "
        "the same point, a size or time limit of the server or of a firewall may be the cause.",
    ),
    "network.no_progress": (
        "Nothing moves",
        "{host} has taken no more bytes for {seconds} seconds.",
        "Gantry tries again by itself. If it stays so, ask the administrator of {host}.",
    ),
    "network.no_progress#copy": (
        "The folder does not respond",
        "{host} has not responded for {seconds} seconds. The other parcels go on.",
        "Check the connection to the share; Gantry tries again by itself.",
    ),
    "network.proxy": (
        "The proxy does not work",
        "The proxy {proxy}, which stands between this computer and {host}, can’t be reached or "
        "does not let the connection through.",
        "Check the proxy in the system’s network settings and in the destination’s, or ask your IT "
        "department.",
    ),
    "tls.expired": (
        "The server’s certificate has expired",
        "The certificate of {host} was valid until {until}.",
        _CERTIFICATE,
    ),
    "tls.wrong_host": (
        "The certificate is for another server",
        "The certificate that {host} shows is made out to {name}, not to {host}.",
        "Check that the address is spelled as the administrator gave it. " + _CERTIFICATE,
    ),
    "tls.unknown_issuer": (
        "The server’s certificate is from an unknown issuer",
        "The certificate of {host} was issued by “{issuer}”, whom this computer does not trust. "
        "Either the server uses a private authority, or a firewall looks into the connection.",
        "Ask your IT department to install the authority’s certificate on this computer, or choose "
        "its file in the settings of this destination. " + _CERTIFICATE,
    ),
    "tls.not_yet_valid": (
        "The server’s certificate is not valid yet",
        "The certificate of {host} is valid only from {from}.",
        "Check this computer’s date and time. If they are right: " + _CERTIFICATE,
    ),
    "tls.failed": (
        "No secure connection",
        "A secure (TLS) connection to {host} did not come about: {reason}.",
        _ASK_ADMIN,
    ),
    "tls.failed#not TLS": (
        "The server does not speak TLS at this port",
        "The address says https://, but {host} answers without encryption at this port.",
        "Check the port. If the server really offers no https, ask its administrator before you "
        "use http://.",
    ),
    "clock.wrong": (
        "This computer’s clock is wrong",
        "It is {ours} here, but {theirs} at {host}; so the server’s certificate can’t be checked.",
        "Set the date and time right (best: by the network), then press Retry.",
    ),
    # HTTP
    "http.moved": (
        "The address has moved",
        "{host} says that this address has moved to {to}.",
        "If you trust that, enter the new address in the settings of this destination. A sign-in "
        "page there means that this is the address for people, not the one for uploads.",
    ),
    "http.400": (
        "The server does not understand the upload",
        "{front_end} at {host} calls the request malformed (400).",
        "Check that the address is the one for uploads, and of this kind of destination. "
        + _ASK_ADMIN,
    ),
    "http.401": (
        "The sign-in failed",
        "{host} does not know this user and password, or the token has expired (401).",
        "Enter user and password, or a new token, in the settings of this destination.",
    ),
    "http.403": (
        "Not allowed to send there",
        "{front_end} at {host} knows who you are, or does not care, and forbids the upload (403).",
        "Ask the administrator of {host} to allow it for your user, or check the address.",
    ),
    "http.404": (
        "Nothing takes uploads at this address",
        "{front_end} at {host} is there, but nothing is at this address (404).",
        "Check the part of the address behind the server’s name.",
    ),
    "http.405": (
        "This address does not take uploads",
        "{front_end} at {host} shows something at this address, but takes no uploads there (405).",
        "It is probably the address of a web page. Ask for the address of the upload service.",
    ),
    "http.407": (
        "The proxy wants a sign-in",
        "The proxy {proxy}, on the way to {host}, wants a user and a password (407).",
        "Enter them in the destination’s proxy settings, or ask your IT department for a way "
        "without sign-in.",
    ),
    "http.408": (
        "The server did not want to wait",
        "{host} gave up waiting for the rest of the upload (408).",
        "Gantry tries again by itself. On a slow line, ask for a longer time limit there.",
    ),
    "http.409": (
        "The server holds something else under this name",
        "{host} already has other content under this parcel’s name (409). It was not replaced.",
        "Send it again as a new job, so that it gets a new name. " + _ASK_ADMIN,
    ),
    "http.413": (
        "The server refuses uploads of this size",
        "{front_end} at {host} refused the archive as too large (413). Such a limit is usually "
        "set in the web server in front, not in the upload service itself.",
        "First check the address: it may be the web page’s rather than the upload service’s. If it "
        "is right, ask the administrator of {host} to raise the limit for it, or send smaller "
        "parcels (split by series).",
    ),
    "http.413#nginx": (
        "The server refuses uploads of this size",
        "nginx in front of {host} refused the archive as too large (413). Its limit is called "
        "client_max_body_size and is {limit} unless the administrator sets it higher; the upload "
        "service behind it never saw the request.",
        "First check the address: it may be the web page’s rather than the upload service’s. If it "
        "is right, ask the administrator of {host} to raise client_max_body_size for it, or send "
        "smaller parcels (split by series).",
    ),
    "http.413#Microsoft IIS": (
        "The server refuses uploads of this size",
        "Microsoft IIS at {host} refused the archive as too large. Its limit is called "
        "maxAllowedContentLength and is {limit} unless the administrator sets it higher.",
        "First check the address: it may be the web page’s rather than the upload service’s. If it "
        "is right, ask the administrator of {host} to raise maxAllowedContentLength and "
        "uploadReadAheadSize for it, or send smaller parcels (split by series).",
    ),
    "http.413#Cloudflare": (
        "Cloudflare refuses uploads of this size",
        "Cloudflare, which stands in front of {host}, refused the archive as too large (413). It "
        "lets through {limit} at most in its usual plans; the server never saw the request.",
        "Ask the administrator of {host} for an address that does not go through Cloudflare, or "
        "send smaller parcels (split by series), or by tus in chunks.",
    ),
    "http.413#limit": (
        "The server refuses uploads of this size",
        "{front_end} at {host} refused the archive as too large (413). Its limit, {setting}, is "
        "{limit} unless it is set to something else.",
        "First check the address: it may be the web page’s rather than the upload service’s. If it "
        "is right, ask the administrator of {host} to raise the limit, or send smaller parcels "
        "(split by series).",
    ),
    "http.415": (
        "The server does not take this kind of data",
        "{host} does not accept this kind of upload (415).",
        "Check that the destination is of the right kind: an archive server and a PACS take "
        "different things.",
    ),
    "http.422": (
        "The server rejected the content",
        "{host} received the data and rejected them (422).",
        "Read the server’s own words below, and ask its administrator what it expects.",
    ),
    "http.425": (
        "The server wants to be asked later",
        "{host} does not want to handle the request yet (425).",
        "Gantry tries again by itself.",
    ),
    "http.429": (
        "The server asks for patience",
        "{host} gets too many requests at the moment (429).",
        "Gantry pauses all parcels for this destination and goes on by itself.",
    ),
    "http.4xx": (
        "The server refused the upload",
        "{front_end} at {host} refused the request ({status}).",
        _ASK_ADMIN,
    ),
    "http.500": (
        "The server failed",
        "{host} met an error of its own (500).",
        "Gantry tries again by itself. If it stays so: " + _ASK_ADMIN,
    ),
    "http.502": (
        "The service behind the server does not answer",
        "{front_end} at {host} got no proper answer from the upload service behind it (502).",
        "Gantry tries again by itself. If it stays so, the service is down, or it rejected the "
        "data in a way that the front end hides. " + _ASK_ADMIN,
    ),
    "http.503": (
        "The server is not available",
        "{host} is overloaded or under maintenance (503).",
        "Gantry pauses this destination and tries again by itself.",
    ),
    "http.504": (
        "The service behind the server takes too long",
        "{front_end} at {host} waited too long for the upload service behind it (504).",
        "Gantry asks what arrived and tries again by itself. If it stays so, ask the administrator "
        "of {host} for a longer time limit.",
    ),
    "http.507": (
        "The server’s disk is full",
        "{host} has no room for the archive.",
        "Ask the administrator of {host} to make room, then press Retry.",
    ),
    "http.5xx": (
        "The server failed",
        "{front_end} at {host} met an error ({status}).",
        "If Gantry does not try again by itself: " + _ASK_ADMIN,
    ),
    "http.unexpected": (
        "The answer makes no sense",
        "What answers at {host} does not keep to the protocol of this destination.",
        "Check the address, the port and the kind of the destination.",
    ),
    # Receipts
    "receipt.none": (
        "No receipt",
        "{host} answered, but not with a receipt; so the parcel does not count as delivered.",
        "Check that the address is the upload service’s. " + _ASK_ADMIN,
    ),
    "receipt.none#html": (
        "A web page answered in place of the upload service",
        "{host} answered with a web page. It may be the server’s front page or its sign-in page, "
        "or the sign-in page of this network (hotel, guest Wi-Fi).",
        "Open a web browser and see whether the network wants a sign-in. If not, ask for the "
        "address of the upload service; this one is for people.",
    ),
    "receipt.none#empty": (
        "An empty answer in place of a receipt",
        "{host} said “OK” and nothing else, as some networks’ sign-in pages do; so the parcel does "
        "not count as delivered.",
        "Ask the administrator of {host} whether it arrived, and what the service answers.",
    ),
    "receipt.none#cut": (
        "The receipt broke off",
        "The answer of {host} broke off in the middle; so the parcel does not count as delivered.",
        "Gantry asks what arrived and tries again by itself.",
    ),
    "receipt.mismatch": (
        "What arrived is not what was sent",
        "The checksum that {host} reports is not the archive’s. The parcel does not count as "
        "delivered.",
        "Gantry sends it again. If it happens again, something on the way changes the data: give "
        "the technical details to your IT department.",
    ),
    "receipt.mismatch#read back": (
        "The copy is not the original",
        "The copy in {folder}, read back, differs from the archive. It was removed.",
        "Gantry copies it again. If it happens again, have the disk of the share looked at.",
    ),
    "receipt.rejected": (
        "The server rejected the data",
        "{host} received the data and did not keep them.",
        "Read the server’s own words below, and ask its administrator what it expects.",
    ),
    "receipt.rejected#names taken": (
        "All names are taken",
        "{folder} holds other files under this parcel’s name. None was replaced.",
        "Look at the files there, or send to another folder.",
    ),
    "receipt.partly": (
        "Only a part was stored",
        "{host} stored {stored} of {count} images; {rejected} were rejected, and of {unknown} it "
        "says nothing.",
        "See the list of images for the server’s reasons. Retry sends only what is missing.",
    ),
    # Folder destination
    "share.gone": (
        "The folder is gone",
        "The folder {folder} can’t be reached: the share is not connected, or it was renamed.",
        "Connect the share or create the folder, then press Retry. Gantry does not create it "
        "itself: a missing share would go unnoticed.",
    ),
    "share.full": (
        "The destination’s disk is full",
        "The archive needs {needed} more in {folder}, but only {free} are free.",
        "Make room there, then press Retry; what is copied already is kept.",
    ),
    "share.denied": (
        "Not allowed to write there",
        "You may not write into {folder}.",
        "Ask whoever looks after the share for the right to write, then press Retry.",
    ),
    # DIMSE
    "dimse.rejected": (
        "The PACS does not accept the connection",
        "{host} rejected the association: it does not know the AE titles, or is too busy.",
        "Ask its administrator to register this computer’s AE title, address and port, and check "
        "the called AE title.",
    ),
    "dimse.no_context": (
        "The PACS does not take this kind of image",
        "{host} does not accept some kinds of image, or the way in which they are compressed.",
        "See the technical details for which ones, and ask its administrator to accept them.",
    ),
    # State
    "credentials.missing": (
        "User and password are missing",
        "The destination needs a sign-in, and none is known.",
        "Enter user and password, or a token, in the settings of this destination.",
    ),
    "credentials.store": (
        "The system’s password store does not work",
        "The password can’t be read from or kept in the system’s password store.",
        "Gantry asks for it each time instead, and keeps it in no file. Unlock the store, or ask "
        "your IT department.",
    ),
    "credentials.exposed": (
        "The password would travel in the open",
        "The address of {host} begins with http://, so anybody on the way could read the password.",
        "Use https:// if the server offers it. Otherwise allow it for this destination in its "
        "settings, if you know the network.",
    ),
    "oauth.refused": (
        "The sign-in was refused",
        "{host} did not let Gantry in: {reason}.",
        "Start the sign-in again and agree to it in the browser. If it is refused again, ask the "
        "server’s administrator whether Gantry is allowed there.",
    ),
    "oauth.expired": (
        "The sign-in is over",
        "{host} no longer accepts the sign-in that Gantry has, or nobody entered the code in time.",
        "Sign in again in the settings of this destination.",
    ),
    "settings.invalid": (
        "The settings can’t be used",
        "Something in the settings file is wrong, or it can’t be written.",
        "Look at the settings; what was wrong has been set aside in a file beside them.",
    ),
    "history.failed": (
        "The history can’t be written or read",
        "The history’s database does not work: {reason}.",
        "Check that the disk has room and that the folder may be written, then start Gantry again.",
    ),
    "history.newer": (
        "The history is from a newer Gantry",
        "The history was written by a newer version of Gantry (format {version}; this one knows "
        "{known}).",
        "Install the newer version again. The history was left as it is.",
    ),
    "export.failed": (
        "The file can’t be written",
        "Gantry can’t write {path}.",
        "Choose another folder, or close the program that has the file open; then try again.",
    ),
    "call.invalid": (
        "The call is not right",
        "{option} was given something that it can’t be; it takes {wanted}.",
        "Correct it; --help lists what can be given.",
    ),
    "parcel.unknown": (
        "No such parcel",
        "The history knows no parcel {parcel}.",
        "Look for it in the history; its identifier has 26 letters and digits.",
    ),
    "destination.exists": (
        "The name is taken",
        "There is a destination called “{destination}” already.",
        "Choose another name, or remove the one that is there.",
    ),
    "job.running": (
        "The job is being worked on already",
        "Another Gantry on this computer is working on this job.",
        "Wait for it, or close the other one.",
    ),
    "internal": (
        "A fault in Gantry",
        "Gantry met something that should not happen. Nothing is lost: the parcel can be sent "
        "again.",
        _AGAIN,
    ),
}

# Under a sentence, where the server gave reasons of its own.
WORDS = "{host} says: “{words}”"

# What stands in a sentence where a fact is not known.
DEFAULTS: dict[str, str] = {
    "host": "the server",
    "front_end": "The server",
    "path": "a file",
    "folder": "the folder",
    "parcel": "this parcel",
    "proxy": "the proxy",
    "issuer": "an unknown issuer",
    "name": "another name",
    "until": "an earlier date",
    "from": "a later date",
    "to": "another address",
    "url": "this address",
    "destination": "this name",
    "limit": "a certain size",
    "setting": "a setting",
    "needed": "some space",
    "free": "too few bytes",
    "seconds": "some",
    "status": "an unknown status",
    "reason": "for an unknown reason",
    "stored": "some",
    "rejected": "others",
    "unknown": "some",
    "count": "all",
    "version": "unknown",
    "known": "an older one",
    "option": "an option",
    "wanted": "other values",
    "ours": "another time",
    "theirs": "a different one",
}
