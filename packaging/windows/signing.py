"""Signs what users run, where a certificate is configured: by signtool, or osslsigncode.

GANTRY_SIGN_THUMBPRINT     Windows: a certificate in the user's store (or on a token)
GANTRY_SIGN_PFX            or: a PKCS#12 file
GANTRY_SIGN_PASSWORD_FILE  its password, in a file in the same folder
GANTRY_SIGN_TIMESTAMP      URL of an RFC 3161 time stamping server; without one the signature ends
                           with the certificate
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
NOT_CONFIGURED = (
    "NOT SIGNED: no certificate is configured (GANTRY_SIGN_THUMBPRINT or GANTRY_SIGN_PFX);"
    " Windows will warn those who run the set-up program"
)


@dataclass(frozen=True)
class Certificate:
    """One way to sign: `arguments` come before the file, `in_place` says whether it is replaced."""

    label: str
    arguments: tuple[str, ...]
    in_place: bool

    def describe(self) -> str:
        return f"signing with {self.label}"

    def commands(self, file: str) -> list[list[str]]:
        if self.in_place:
            return [[*self.arguments, file]]
        signed = f"{file}.signed"
        return [[*self.arguments, "-in", file, "-out", signed], ["mv", signed, file]]

    def command_line(self, file: str) -> str:
        """For makensis, which puts the uninstaller's name where `file` says %1."""
        quote = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
        return " && ".join(quote(command) for command in self.commands(file))

    def sign(self, files: list[Path]) -> None:
        tools = shlex.split(os.environ.get("GANTRY_TOOLS", ""))
        for file in files:
            for command in self.commands(file.relative_to(REPO).as_posix()):
                subprocess.run([*tools, *command], check=True, cwd=REPO, stdout=subprocess.DEVNULL)


def configured() -> Certificate | None:
    """The certificate that the environment names, or None. Ends the build where it is half set."""
    thumbprint, pfx = (os.environ.get(f"GANTRY_SIGN_{name}") for name in ("THUMBPRINT", "PFX"))
    server = os.environ.get("GANTRY_SIGN_TIMESTAMP")
    if not server and (thumbprint or pfx):
        print("build: no GANTRY_SIGN_TIMESTAMP: the signature will end with the certificate")
    signtool = ["signtool", "sign", "/q", "/fd", "sha256", "/d", "Gantry"]
    signtool += ["/tr", server, "/td", "sha256"] if server else []
    if thumbprint:
        if sys.platform != "win32":
            sys.exit("build: GANTRY_SIGN_THUMBPRINT needs Windows; elsewhere set GANTRY_SIGN_PFX")
        label = f"the stored certificate {thumbprint}"
        return Certificate(label, (*signtool, "/sha1", thumbprint), True)
    if not pfx:
        return None
    password = os.environ.get("GANTRY_SIGN_PASSWORD_FILE")
    for needed in (pfx, password):
        if not needed or not Path(needed).is_file():
            sys.exit("build: GANTRY_SIGN_PFX and GANTRY_SIGN_PASSWORD_FILE must both name a file")
    assert password
    if sys.platform == "win32":
        secret = Path(password).read_text(encoding="utf-8").strip()
        return Certificate(Path(pfx).name, (*signtool, "/f", pfx, "/p", secret), True)
    if os.environ.get("GANTRY_TOOLS"):  # the bench sees the certificate's folder as /work
        if Path(pfx).parent != Path(password).parent:
            sys.exit("build: the password file must be in the certificate's folder")
        pfx, password = (f"/work/{Path(name).name}" for name in (pfx, password))
    arguments = ["osslsigncode", "sign", "-pkcs12", pfx, "-readpass", password]
    arguments += ["-h", "sha256", "-n", "Gantry"]
    arguments += ["-ts", server] if server else []
    return Certificate(Path(pfx).name, tuple(arguments), False)
