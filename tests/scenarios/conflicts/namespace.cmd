# Only what Pods of a namespace are in.
kubectl hostnet conflicts -n default
