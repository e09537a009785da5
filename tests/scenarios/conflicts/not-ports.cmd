# The port is not the obstacle: said so, with the scheduler's words.
kubectl hostnet conflicts pod/big
