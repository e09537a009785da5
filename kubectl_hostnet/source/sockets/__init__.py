"""Listening sockets of host-networked Pods, read inside of their containers: the truth about ports."""
