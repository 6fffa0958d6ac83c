"""Checks whether a port that does not answer plain text speaks TLS."""

from __future__ import annotations

import socket
import ssl

_PLAIN = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "BAD_RECORD_TYPE"})


def speaks_tls(host: str, port: int, *, connect: float, answer: float) -> bool:
    """Tries a TLS handshake without trusting the server; sends nothing else.

    A server that refuses the handshake with a TLS alert (it may want a certificate) speaks TLS too.

    Args:
        connect, answer: time-outs in seconds.

    Raises:
        OSError: there is no connection to the port at all.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port), connect) as plain:
        plain.settimeout(answer)
        try:
            with context.wrap_socket(plain, server_hostname=host):
                return True
        except ssl.SSLEOFError:
            return False
        except ssl.SSLError as error:
            return "ALERT" in (error.reason or "") and error.reason not in _PLAIN
        except (OSError, ValueError):
            return False
