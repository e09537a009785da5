# A name of another namespace.
kubectl hostnet conflicts proxy
