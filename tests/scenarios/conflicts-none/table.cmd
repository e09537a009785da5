# Nothing collides: exit code 0.
kubectl hostnet conflicts
