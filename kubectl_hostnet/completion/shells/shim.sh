#!/bin/sh
# kubectl (1.26 or newer) calls this to complete `kubectl hostnet`; written by `kubectl hostnet completion --install`.
exec kubectl-hostnet __complete "$@"
