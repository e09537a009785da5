# A workload: where its Pods can be, and its next rollout.
kubectl hostnet conflicts deploy/gateway -n edge
