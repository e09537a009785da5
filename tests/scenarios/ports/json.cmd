# The contract: kind PortList.
kubectl hostnet ports node/node-1 --port 80 --port 443 -o json
