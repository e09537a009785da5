# What the API server refuses, what it accepts although it must fail, and the namespace's level.
kubectl hostnet conflicts -f refused.yaml
