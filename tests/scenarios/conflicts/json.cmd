# The contract.
kubectl hostnet conflicts -n monitoring -o json
