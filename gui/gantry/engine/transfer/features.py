"""What a destination can do besides taking a parcel: one record per kind."""

from __future__ import annotations

from dataclasses import dataclass

from gantry.engine.proof import Proof


@dataclass(frozen=True, slots=True)
class Features:
    """What a destination can do besides taking a parcel.

    Attributes:
        proves_later: the proofs for which it can be asked again long after; None: every proof
            except its `word`.
        instances: it takes single instances, so the position of an upload does not depend on the
            archive's bytes.
        word: the proof that is only its answer to the upload.
        remembers: it can only be asked later with the position that the upload left.
        splits: it may refuse a size; `Destination.size_limit` asks for its limit.
        abandons: `Destination.abandon` drops what it holds of an upload that won't be finished.
        tries_out: `Destination.try_out` shows which of its answers means "stored".
    """

    proves_later: tuple[Proof, ...] | None = None
    word: Proof | None = None
    instances: bool = False
    remembers: bool = False
    splits: bool = False
    abandons: bool = False
    tries_out: bool = False

    def can_prove_later(self, proof: str) -> bool:
        """Whether it can be asked again for what arrived with this proof."""
        if self.proves_later is not None:
            return proof in self.proves_later
        return bool(proof) and proof != self.word
