# A kind that makes no Pods.
kubectl hostnet conflicts service/web
