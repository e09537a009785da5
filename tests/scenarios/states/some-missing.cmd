# What exists is shown, what does not is an error.
kubectl hostnet list running crashin kube-scheduler-node-1
