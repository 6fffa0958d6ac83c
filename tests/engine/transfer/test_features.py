"""The features of a kind are what its destinations can do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields

import pytest

from gantry.engine.credentials import Credentials
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.dicom.by_instance import InstanceDestination
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.kind import DestinationKind
from gantry.engine.transfer.registry import KINDS, open_destination

# Each feature that names a method, and that method.
METHODS = {"splits": "size_limit", "abandons": "abandon", "tries_out": "try_out"}
# Others are facts about proofs: the contract suite asks again for what arrived.
FACTS = {"proves_later", "word", "remembers"}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> DestinationKind:
    kind: DestinationKind = request.param
    return kind


@pytest.fixture
def destination(kind: DestinationKind) -> Iterator[Destination]:
    windows_path = kind.example.startswith("\\\\") and sys.platform != "win32"
    example = "/out" if windows_path else kind.example
    with closing(open_destination(example, Credentials(user="me", password="geheim"))) as opened:
        yield opened


def test_a_kind_and_its_destinations_name_the_same_features(
    kind: DestinationKind, destination: Destination
) -> None:
    assert destination.features == kind.features


@pytest.mark.parametrize(("feature", "method"), METHODS.items())
def test_a_destination_has_the_method_that_a_feature_names_and_no_other(
    destination: Destination, feature: str, method: str
) -> None:
    has_its_own = getattr(type(destination), method) is not getattr(Destination, method)

    assert getattr(destination.features, feature) is has_its_own


def test_a_destination_that_takes_instances_says_so(destination: Destination) -> None:
    assert destination.features.instances is isinstance(destination, InstanceDestination)


def test_every_feature_is_compared() -> None:
    assert {feature.name for feature in fields(Features)} == METHODS.keys() | FACTS | {"instances"}
