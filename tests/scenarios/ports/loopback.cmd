# Nothing outside of the node reaches these.
kubectl hostnet ports --loopback --sort-by .port
