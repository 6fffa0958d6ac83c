"""Instances on which a send failed: tried last, then set aside, so that each costs only itself.

A server that fails on one instance (a 5xx, "out of resources", a cut) may be failing itself, or may
be unable to accept this one. Its reaction to the others tells which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gantry.engine.errors import ErrorCode, GantryError

IN_A_ROW = 2  # failures with nothing accepted in between: it is the server
FEW = 3  # if this few are left, all may be bad ones

FAULTS = frozenset(
    {
        ErrorCode.HTTP_415,
        ErrorCode.HTTP_422,
        ErrorCode.HTTP_500,
        ErrorCode.HTTP_502,
        ErrorCode.HTTP_504,
        ErrorCode.HTTP_507,
        ErrorCode.HTTP_5XX,
    }
)
# If the server accepted others, these are meant for this one: a firewall may reject its bytes.
_REFUSALS = frozenset({ErrorCode.HTTP_400, ErrorCode.HTTP_403, ErrorCode.HTTP_4XX})
_CUTS = frozenset({ErrorCode.DISCONNECTED, ErrorCode.NO_PROGRESS})


def is_fault(error: GantryError, *, begun: bool) -> bool:
    """Whether an answer may concern only what was just sent.

    Args:
        begun: whether the server accepted anything of this parcel.
    """
    return error.code in FAULTS or (begun and error.code in _REFUSALS)


def is_cut(error: GantryError) -> bool:
    """Whether the connection ended or stalled during this send."""
    phase = error.facts.get("phase")
    if error.code is ErrorCode.TIMED_OUT:
        return phase == "answer"
    return error.code in _CUTS and phase != "connect"


class Suspects:
    """The suspects of one attempt; groups from earlier attempts are included.

    Attributes:
        groups: numbers of files that were sent and failed together.
        taken: how many instances the server accepted in this attempt.
        error: the last error, if nothing was accepted since.
    """

    def __init__(self, groups: Iterable[Sequence[int]] = ()) -> None:
        self.groups: list[list[int]] = [list(group) for group in groups if group]
        self.taken = 0
        self.error: GantryError | None = None
        self._in_a_row = 0

    @property
    def numbers(self) -> set[int]:
        return {n for group in self.groups for n in group}

    def took(self) -> None:
        """Notes that the server accepted an instance."""
        self.taken += 1
        self.error, self._in_a_row = None, 0

    def add(self, group: Sequence[int]) -> None:
        """Adds files to try last."""
        known = self.numbers
        if fresh := [n for n in group if n not in known]:
            self.groups.append(fresh)

    def failed(self, group: Sequence[int], error: GantryError) -> None:
        """Notes that these failed.

        Raises:
            GantryError: `error`, if the server itself is failing.
        """
        self.add(group)
        self.error = error
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW:
            raise error

    def is_servers_fault(self, left: int, arrived: int) -> bool:
        """Whether the repeated failure of a suspect is the server's fault.

        Args:
            left: how many instances are still outstanding.
            arrived: how many the server has now.
        """
        return self.taken == 0 and not (arrived and left <= FEW)


def halves(groups: Iterable[list[int]]) -> list[list[int]]:
    """Splits each group in two, in order; single files stay."""
    made = []
    for group in groups:
        middle = len(group) // 2
        made += [half for half in (sorted(group)[:middle], sorted(group)[middle:]) if half]
    return sorted(made)


def layers(groups: Iterable[list[int]]) -> list[list[list[int]]]:
    """Orders the groups into as few passes over the archive as possible: in a pass, each begins
    after the end of the previous one."""
    made: list[list[list[int]]] = []
    for group in sorted(filter(None, groups)):
        layer = next((layer for layer in made if layer[-1][-1] < group[0]), None)
        if layer is None:
            made.append([group])
        else:
            layer.append(group)
    return made
