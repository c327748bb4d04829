#!/usr/bin/python3
"""Joins two network interfaces and keeps every frame for some milliseconds: lab-delay.py ONE OTHER MILLISECONDS."""

import collections
import select
import signal
import socket
import sys
import time

ALL_PROTOCOLS = 0x0003
PACKET_OUTGOING = 4
SOL_PACKET = 263
# Frames come with what their sender left to its network card: checksums, and cutting into pieces.
PACKET_VNET_HDR = 15
# Frames beyond that are lost, as on a wire that is too slow.
MOST_WAITING = 20000


def opened(name: str) -> socket.socket:
    """A socket that sees every frame of an interface."""
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    one.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    one.bind((name, 0))
    one.setblocking(False)
    return one


def main() -> None:
    first, second, delay = opened(sys.argv[1]), opened(sys.argv[2]), int(sys.argv[3]) / 1000
    other = {first: second, second: first}
    waiting: collections.deque = collections.deque()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for one in select.select([first, second], [], [], pause)[0]:
            for _ in range(64):
                try:
                    frame, origin = one.recvfrom(65700)
                except BlockingIOError:
                    break
                # What this program itself has sent comes by here, too.
                if origin[2] != PACKET_OUTGOING and len(waiting) < MOST_WAITING:
                    waiting.append((time.monotonic() + delay, other[one], frame))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, target, frame = waiting.popleft()
            try:
                target.send(frame)
            except OSError:
                # An interface that is down or full loses frames.
                pass


if __name__ == "__main__":
    main()
