"""Durations as kubectl writes them: `2s`, `500ms`, `1m30s`, or plain seconds."""

from __future__ import annotations

import re

from kubectl_hostnet.errors import UsageError

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)")
LONGEST = 10 * 365 * 86400.0


def seconds(text: str, option: str) -> float:
    """The duration in seconds; raises UsageError that names the option."""
    value = text.strip()
    try:
        total = float(value) if re.fullmatch(r"\d+(\.\d*)?|\.\d+", value) else _parts(value)
    except ValueError:
        message = f"invalid duration {text!r} for {option}"
        raise UsageError(message, "write it as 2s, 500ms, 1m30s or plain seconds") from None
    return min(total, LONGEST)


def _parts(value: str) -> float:
    if not value or PART.sub("", value):
        raise ValueError(value)
    return sum(float(number) * UNITS[unit] for number, unit in PART.findall(value))


def age(seconds_old: float) -> str:
    """An age as kubectl's AGE column prints it: the two largest units that matter (apimachinery duration.go)."""
    total = int(seconds_old)
    if total < 0:
        return "0s"
    minutes, hours, days = total // 60, total // 3600, total // 86400
    steps = (
        (total < 120, f"{total}s"),
        (minutes < 10, f"{minutes}m{total % 60}s" if total % 60 else f"{minutes}m"),
        (minutes < 180, f"{minutes}m"),
        (hours < 8, f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"),
        (hours < 48, f"{hours}h"),
        (hours < 192, f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"),
        (days < 730, f"{days}d"),
        (days < 2920, f"{days // 365}y{days % 365}d" if days % 365 else f"{days // 365}y"),
    )
    return next((word for holds, word in steps if holds), f"{days // 365}y")
