"""A web application that knows nothing of CMS: work to do, a health page, a WebSocket."""

import os
import socket

from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/healthz")
def healthz() -> dict:
    return {"status": "ok"}


@app.get("/work/{n}")
def work(n: int) -> dict:
    """Counts the primes below n, the slow way."""
    count = sum(all(i % d for d in range(2, int(i**0.5) + 1)) for i in range(2, min(n, 1_000_000)))
    return {"n": n, "primes": count, "server": socket.gethostname(), "pid": os.getpid()}


@app.post("/upload")
async def upload(request: Request) -> dict:
    size = 0
    async for part in request.stream():
        size += len(part)
    return {"bytes": size}
