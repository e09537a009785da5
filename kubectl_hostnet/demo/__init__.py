"""A sample cluster with real listeners on loopback addresses, for `kubectl hostnet demo`."""
