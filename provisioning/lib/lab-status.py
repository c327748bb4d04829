#!/usr/bin/python3
"""Reads the lab's state, words that end in NUL, in the order that lab_status writes them; prints it as JSON."""

import json
import sys

LAB = ("name", "up", "namespace", "directory", "uri", "hostAddress", "hosts", "libvirtd", "virtlogd", "image", "accelerator")
VM = ("name", "uuid", "mac", "address", "state", "consoleLog")

words = sys.stdin.read().split("\0")[:-1]
status = {key: word or None for key, word in zip(LAB, words)}
status["up"] = status["up"] == "true"
for daemon in ("libvirtd", "virtlogd"):
    status[daemon] = int(status[daemon]) if status[daemon] else None
rest = words[len(LAB):]
status["vms"] = [
    {key: word or None for key, word in zip(VM, rest[index : index + len(VM)])}
    for index in range(0, len(rest), len(VM))
]
json.dump(status, sys.stdout, indent=2)
print()
