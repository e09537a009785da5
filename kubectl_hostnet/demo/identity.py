"""Names and uids for the sample cluster that look like those of a real one, and are the same in every run."""

from __future__ import annotations

import hashlib
import uuid

# What Kubernetes makes names of (apimachinery util/rand: no vowels, so that no words come out).
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def uid(*words: str) -> str:
    """A uid for whatever the words name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://hostnet.kubectl.dev/demo/" + "/".join(words)))


def suffix(seed: str, length: int) -> str:
    """What a controller appends to a name: `x7k2p`."""
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:length])
