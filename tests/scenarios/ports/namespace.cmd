# One namespace: its Pods and Services, no components.
kubectl hostnet ports -n shop
