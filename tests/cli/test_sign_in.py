"""`gantry-cli sign-in`: a person types the code, and a guarded server then takes a send."""

from __future__ import annotations

import json
from pathlib import Path

from support.cli import Cli
from support.oauth_server import CLIENT, OAuthServer


def test_the_code_is_shown_and_the_destination_remembers_how_to_sign_in(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "home")
    assert cli("destinations", "--add", "Guarded", "tus+http://127.0.0.1:9/files").code == 0
    with OAuthServer() as server:
        process = cli.start(
            "sign-in", "Guarded", "--issuer", server.url, "--client-id", CLIENT, "--json"
        )
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert said["event"] == "code"
        assert said["address"] == f"{server.url}/activate"
        server.approve(said["user_code"])
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert server.tokens
        assert not any(token.access_token in out + err for token in server.tokens)
    settings = json.loads((tmp_path / "home" / "settings.json").read_text("utf-8"))
    (saved,) = settings["destinations"]
    assert saved["auth"] == "oauth"
    assert saved["options"] == {"issuer": server.url, "client_id": CLIENT}
    assert server.tokens[0].refresh_token not in json.dumps(settings)


def test_a_refusal_is_reported(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "home")
    cli("destinations", "--add", "Guarded", "tus+http://127.0.0.1:9/files")
    with OAuthServer() as server:
        process = cli.start(
            "sign-in", "Guarded", "--issuer", server.url, "--client-id", CLIENT, "--json"
        )
        assert process.stdout is not None
        server.deny(json.loads(process.stdout.readline())["user_code"])
        _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "refused" in err


def test_a_destination_that_nobody_saved_is_a_wrong_call(tmp_path: Path) -> None:
    assert Cli(tmp_path / "home")("sign-in", "Nowhere").code == 2
