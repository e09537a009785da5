"""What the TAB key offers.

kubectl (1.26 or newer) calls `kubectl_complete-hostnet` with the words; shells call `kubectl-hostnet __complete`. The
command line parser is never built for it, and cluster code is imported for live values only.
"""
