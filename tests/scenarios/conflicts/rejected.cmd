# The kubelet refused it.
kubectl hostnet conflicts third
