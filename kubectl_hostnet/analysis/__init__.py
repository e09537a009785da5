"""Judgement, as pure functions: no clock, no network, no environment, no printing."""
