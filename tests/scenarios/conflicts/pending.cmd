# Who blocks the Pod, where; and what else the scheduler says.
kubectl hostnet conflicts second
