#!/usr/bin/python3
"""Reads event streams of a controller's web interface as so many browsers would, and tells how even its ticks are.

streams.py [--address HOST:PORT] [--streams N] [--seconds S] [--interval S]

One stream more than asked for is the yardstick: the times in its ticks (`at`, taken when the tick begins) are compared
with an even grid of the interval; the jitter is the distance from it, without its median. Only plain HTTP on loopback.
Prints one line of JSON. With --streams 0 it is the run to compare with.
"""

import argparse
import datetime
import json
import selectors
import socket
import statistics
import sys
import time


def connect(address, accept="text/event-stream"):
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(
        f"GET /v1/events HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\n\r\n".encode())
    connection.setblocking(False)
    return connection


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def ticks(text):
    """The times of the first group's ticks in the text of a stream."""
    group, times = None, []
    for line in text.splitlines():
        if not line.startswith("data: ") or '"group"' not in line or '"revision"' not in line:
            continue
        try:
            record = json.loads(line[6:])
        except ValueError:
            continue  # the last one, cut off
        if "instances" not in record:
            continue
        group = group or record["group"]
        if record["group"] == group:
            times.append(moment(record["at"]))
    return times


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", default="127.0.0.1:7080")
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--interval", type=float, default=1)
    options = parser.parse_args()

    selector = selectors.DefaultSelector()
    read = {}
    yardstick = connect(options.address)
    for connection in [yardstick] + [connect(options.address) for _ in range(options.streams)]:
        selector.register(connection, selectors.EVENT_READ)
        read[connection] = 0
    text, ended = bytearray(), 0
    until = time.monotonic() + options.seconds
    while (left := until - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            data = key.fileobj.recv(1 << 16)
            if not data:
                ended += 1
                selector.unregister(key.fileobj)
                continue
            read[key.fileobj] += len(data)
            if key.fileobj is yardstick:
                text += data
    times = ticks(text.decode(errors="replace"))
    if len(times) < 3:
        sys.exit(f"only {len(times)} ticks came in {options.seconds:g} s; is this a controller's web interface?")
    offsets = [(each - times[0] + options.interval / 2) % options.interval - options.interval / 2 for each in times]
    middle = statistics.median(offsets)
    jitter = [abs(each - middle) * 1000 for each in offsets]
    print(json.dumps({
        "streams": options.streams, "seconds": options.seconds, "ticks": len(times), "ended": ended,
        "bytesRead": sum(read.values()),
        "jitterMilliseconds": {
            "p50": round(quantile(jitter, 0.5), 2), "p99": round(quantile(jitter, 0.99), 2), "max": round(max(jitter), 2),
        },
    }))


if __name__ == "__main__":
    main()
