# Will it fit: replicas, a DaemonSet that meets an undeclared port, its rollout.
kubectl hostnet conflicts -f manifest.yaml
