"""Two S3 servers: moto's (ListParts, checksums, and on demand signatures) and s3rver."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import boto3
import requests
from botocore.config import Config

from support.node_servers import node_command
from support.process import ServerProcess, free_port

BUCKET = "gantry-parcels"


class S3Server(ServerProcess):
    """An S3 endpoint with one bucket; `peer` is boto3, which knows nothing of Gantry."""

    user = "S3RVER"
    password = "S3RVER"

    @property
    def url(self) -> str:
        return f"s3+http://127.0.0.1:{self.port}/{BUCKET}/incoming/mr"

    @property
    def peer(self):  # type: ignore[no-untyped-def]
        """A boto3 client for asking the server independently."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=self.user,
            aws_secret_access_key=self.password,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def stored_keys(self) -> list[str]:
        listing = self.peer.list_objects_v2(Bucket=BUCKET)
        return [item["Key"] for item in listing.get("Contents", [])]

    def content(self, key: str) -> bytes:
        body: bytes = self.peer.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body


class MotoServer(S3Server):
    """moto's; with `guarded` it checks each request's signature, and the user's rights.

    Its process takes long to start, so it is emptied and lent again until the tests end.
    """

    _idle: ClassVar[list[tuple[int, subprocess.Popen[bytes]]]] = []

    def __init__(
        self, folder: Path, *, guarded: bool = False, actions: tuple[str, ...] = ("s3:*",)
    ) -> None:
        port = free_port()
        self._guarded, self._actions = guarded, list(actions)
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        super().__init__(command, port, folder / "moto.log")

    def start(self) -> None:
        if self._idle:
            self.port, self.process = self._idle.pop()
        else:
            super().start()
            assert self.process
            atexit.register(self.process.kill)
        before_rights = "4" if self._guarded else "inf"  # the calls that are made here
        for what, body in (("reset", ""), ("reset-auth", before_rights)):
            url = f"http://127.0.0.1:{self.port}/moto-api/{what}"
            requests.post(url, data=body, timeout=120).raise_for_status()
        if self._guarded:
            iam = boto3.client(
                "iam",
                endpoint_url=f"http://127.0.0.1:{self.port}",
                region_name="us-east-1",
                aws_access_key_id="any",
                aws_secret_access_key="any",
            )
            iam.create_user(UserName="gantry")
            key = iam.create_access_key(UserName="gantry")["AccessKey"]
            actions = [*self._actions, "s3:CreateBucket"]
            rights = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            iam.put_user_policy(
                UserName="gantry",
                PolicyName="objects",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [rights]}),
            )
            self.user, self.password = key["AccessKeyId"], key["SecretAccessKey"]
        self.peer.create_bucket(Bucket=BUCKET)

    def stop(self) -> None:
        """Returns the process for reuse, unless it was killed."""
        if self.process and self.process.poll() is None:
            self._idle.append((self.port, self.process))
        self.process = None


class S3rver(S3Server):
    """s3rver: no ListParts, no checksums; of a signature it only knows the access key."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        objects = folder / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        command = node_command("s3_server.mjs", str(port), str(objects), BUCKET)
        super().__init__(command, port, folder / "s3rver.log")
