# A snapshot has no sockets.
kubectl hostnet ports --live
