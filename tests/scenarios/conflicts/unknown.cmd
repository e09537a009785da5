# A name with a typo.
kubectl hostnet conflicts secnd
