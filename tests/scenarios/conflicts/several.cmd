# Two questions in one.
kubectl hostnet conflicts second third
