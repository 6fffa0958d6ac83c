"""Sentences for errors in connecting to a server: its address, the network, TLS."""

from __future__ import annotations

from gantry.messages.errors.common import ASK_ADMIN, CERTIFICATE, WAITS, Row

CONNECTION: dict[str, Row] = {
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
        "Unknown kind of address",
        "“{url}” does not begin like an address that Gantry can send to.",
        "Enter a folder, or an address that begins with https:// or one of the other kinds "
        "in the list of destinations.",
    ),
    "destination.invalid#host": (
        "The address has no server name",
        "There is no usable server name in “{url}”.",
        "Enter the whole address, such as https://server.example/upload.",
    ),
    "destination.invalid#port": (
        "The port is not a number",
        "The port in “{url}” is not a number from 1 to 65535.",
        "Correct the port number after the colon, or remove both.",
    ),
    "destination.invalid#path": (
        "The folder’s path is incomplete",
        "“{url}” does not name a folder from its root.",
        r"Enter the whole path, such as D:\out or \\server\share\folder.",
    ),
    "destination.invalid#windows-path": (
        "A Windows path on another system",
        "“{url}” can only be reached from Windows.",
        "Connect the share on this computer, and choose the folder that it then appears in.",
    ),
    "destination.invalid#unknown-setting": (
        "Unknown setting of a destination",
        "The destination {destination} has a value for {setting} that this version of Gantry "
        "does not know. Nothing was sent.",
        "Update Gantry, or edit the destination and choose another value.",
    ),
    "destination.invalid#certificate-file": (
        "A certificate file can’t be used",
        "The file with the certificate or its key can’t be read, or contains something else.",
        "Choose the right PEM files in the settings of this destination.",
    ),
    "destination.invalid#key-passphrase": (
        "The certificate’s key is locked",
        "The key of the client certificate has a passphrase. None is stored, or the stored "
        "one is wrong.",
        "Enter it in the settings of this destination, under More. For one run of "
        "gantry-cli, set GANTRY_SECRET_CLIENT_KEY.",
    ),
    "destination.unknown": (
        "Unknown destination",
        "There is no destination called “{destination}” in the settings.",
        "Choose one from the list, or add it in the settings.",
    ),
    "network.dns": (
        "The server’s name can’t be found",
        "No address could be found for {host}.",
        "Check the spelling of the address, and whether this computer is online. " + WAITS,
    ),
    "network.refused": (
        "The server does not answer",
        "{host} is there, but nothing accepts connections at this port.",
        "Check the port in the address, then try again: the server may be restarting. If "
        "this keeps happening, ask its administrator.",
    ),
    "network.unreachable": (
        "No route to the server",
        "The network has no route from this computer to {host}.",
        WAITS,
    ),
    "network.timeout": (
        "The server takes too long",
        "{host} did not answer within {seconds} seconds.",
        WAITS,
    ),
    "network.timeout#connect": (
        "The server can’t be reached",
        "Gantry could not connect to {host}. A firewall may be blocking it, or the server is down.",
        WAITS + " If this keeps happening, ask whether a firewall is in the way.",
    ),
    "network.timeout#answer": (
        "The server received everything but does not respond",
        "All bytes were sent to {host}, but no response came within {seconds} seconds.",
        "Gantry asks what arrived before it sends again. If this keeps happening, ask the "
        "administrator of {host} whether the server is overloaded.",
    ),
    "network.disconnected": (
        "The connection was cut",
        "The connection to {host} was cut before a response came.",
        "Try again: Gantry first asks what has arrived. If it is always cut at the same "
        "point, a size or time limit of the server or of a firewall may be the cause.",
    ),
    "network.no_progress": (
        "The upload has stalled",
        "{host} has accepted no data for {seconds} seconds.",
        "Try again. If this keeps happening, ask the administrator of {host}.",
    ),
    "network.no_progress#copy": (
        "The folder does not respond",
        "{host} has not responded for {seconds} seconds. The other uploads continue.",
        "Check the connection to the share, then try again.",
    ),
    "network.proxy": (
        "The proxy does not work",
        "The proxy {proxy}, which stands between this computer and {host}, can’t be reached "
        "or does not let the connection through.",
        "Check the proxy in the system’s network settings and in the destination’s, or ask "
        "your IT department.",
    ),
    "tls.expired": (
        "The server’s certificate has expired",
        "The certificate of {host} was valid until {until}.",
        CERTIFICATE,
    ),
    "tls.wrong_host": (
        "The certificate is for another server",
        "The certificate that {host} shows is made out to {name}, not to {host}.",
        "Check that the address is spelled as the administrator gave it. " + CERTIFICATE,
    ),
    "tls.unknown_issuer": (
        "The server’s certificate is from an unknown issuer",
        "The certificate of {host} was issued by “{issuer}”, which this computer does not "
        "trust. Either the server uses a private authority, or a firewall inspects the "
        "connection.",
        (
            "Ask your IT department to install the authority’s certificate on this computer, or "
            "choose its file in the settings of this destination. "
        )
        + CERTIFICATE,
    ),
    "tls.not_yet_valid": (
        "The server’s certificate is not valid yet",
        "The certificate of {host} is valid only from {from}.",
        "Check this computer’s date and time. If they are right: " + CERTIFICATE,
    ),
    "tls.failed": (
        "No secure connection",
        "A secure (TLS) connection to {host} could not be established: {reason}.",
        ASK_ADMIN,
    ),
    "tls.failed#client-certificate": (
        "The server requires a client certificate",
        "{host} requires a client certificate, and none was presented.",
        "Choose your certificate and its key in the settings of this destination, under "
        "More. The administrator of {host} issues them.",
    ),
    "tls.failed#not-TLS": (
        "The server does not speak TLS at this port",
        "The address begins with https://, but {host} responds without encryption at this port.",
        "Check the port. If the server does not offer https, ask its administrator before "
        "you use http://.",
    ),
    "tls.failed#DICOM-TLS": (
        "The PACS requires an encrypted connection",
        "{host} expects DICOM over TLS at this port, and Gantry connected without encryption.",
        "Ask the administrator of the PACS for its port without TLS.",
    ),
    "clock.wrong": (
        "This computer’s clock is wrong",
        "It is {ours} here, but {theirs} at {host}, so the server’s certificate can’t be checked.",
        "Correct the computer’s date and time (turning on automatic time is best), then "
        "press Retry.",
    ),
    "clock.wrong#RequestTimeTooSkewed": (
        "This computer’s clock is wrong",
        "It is {ours} here, but {theirs} at {host}. The server refuses requests signed with "
        "a different time.",
        "Correct the computer’s date and time (turning on automatic time is best), then "
        "press Retry.",
    ),
    "network.proxy#sign-in": (
        "The proxy refused the sign-in",
        "The proxy {proxy}, on the way to {host}, did not accept the user and the password.",
        "Correct them in the destination’s proxy settings, or in the system’s.",
    ),
    "network.proxy#onward": (
        "The proxy can’t reach the server",
        "The proxy {proxy} answered, but did not connect to {host}.",
        "Check that the proxy may connect to {host}, or choose another one in the system’s "
        "network settings or in the destination’s.",
    ),
    "network.proxy#address": (
        "The proxy’s address is not valid",
        "The address of the proxy {proxy}, on the way to {host}, can’t be used.",
        "Write it as http://host:port or socks5h://host:port, in the destination’s settings "
        "or in the system’s.",
    ),
    "network.proxy#no-SOCKS": (
        "SOCKS proxies can’t be used",
        "The proxy {proxy}, on the way to {host}, is a SOCKS proxy; this installation lacks "
        "the package PySocks.",
        "Install PySocks, or choose an HTTP proxy.",
    ),
    "destination.exists": (
        "The name is taken",
        "A destination called “{destination}” already exists.",
        "Choose another name, or remove the existing one.",
    ),
}
