# Flags as kubectl takes them.
kubectl hostnet list --namespace=kube-system -o=wide --no-headers=true
