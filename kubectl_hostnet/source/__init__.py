"""Facts exactly as Kubernetes sent them, from a cluster or from files, in one shape."""
