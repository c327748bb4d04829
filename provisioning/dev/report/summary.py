#!/usr/bin/python3
"""Writes summary.json of a run and prints a short table.

usage: summary.py OUT_DIRECTORY ACCELERATOR [BARE_START_SECONDS]
"""

import json
import math
import os
import sys

from run_log import RunLog, written


def seconds(start, end):
    """The seconds from one moment to another, or None when one of them did not happen."""
    return None if start is None or end is None else round((end - start).total_seconds(), 3)


def quantile(values, share):
    """The nearest-rank quantile of sorted values."""
    return values[max(0, math.ceil(share * len(values)) - 1)]


def figures(answers, failures):
    """Counts and times of some requests."""
    times = sorted(answer["seconds"] for answer in answers)
    result = {"ok": len(times), "failed": len(failures)}
    if times:
        result["mean_seconds"] = round(sum(times) / len(times), 4)
        result["p50_seconds"] = round(quantile(times, 0.50), 4)
        result["p99_seconds"] = round(quantile(times, 0.99), 4)
    return result


def make_summary(log, accelerator, bare_start):
    """The summary of a run."""
    marks = log.marks()
    served = marks["first_answer"]
    high = next((phase["moment"] for phase in log.phases if phase["phase"] == "high"), None)
    load = [a for a in log.answers if high is None or a["moment"] >= high]
    servers = sorted({a["server"] for a in log.answers} | {f.get("server") or "-" for f in log.failures})
    last = log.summary or {}
    return {
        "accelerator": accelerator,
        "overload_at": written(marks["overload"]),
        "decided_at": written(marks["decided"]),
        "started_at": written(marks["started"]),
        "registered_at": written(marks["registered"]),
        "probed_at": written(marks["probed"]),
        "told_at": written(marks["told"]),
        "first_answer_at": written(served),
        "detect_seconds": seconds(marks["overload"], marks["decided"]),
        "boot_seconds": seconds(marks["started"], marks["registered"]),
        "tell_milliseconds": None
        if seconds(marks["probed"], marks["told"]) is None
        else round(seconds(marks["probed"], marks["told"]) * 1000),
        "total_seconds": seconds(marks["overload"], marks["told"]),
        "bare_start_seconds": bare_start,
        "requests": {
            server: figures(
                [a for a in log.answers if a["server"] == server],
                [f for f in log.failures if (f.get("server") or "-") == server])
            for server in servers
        },
        "requests_before": figures(
            [a for a in load if served is None or a["moment"] < served],
            [f for f in log.failures if served is None or f["moment"] < served]),
        "requests_after": figures(
            [a for a in load if served is not None and a["moment"] >= served],
            [f for f in log.failures if served is not None and f["moment"] >= served]),
        "failed_total": len(log.failures),
        "endpoints_final": last.get("endpoints", []),
        "revision_final": last.get("revision"),
    }


def print_table(summary):
    """The summary in a few lines."""
    print(f"{'from overload to order':32}{summary['detect_seconds']} s")
    print(f"{'from start to registration':32}{summary['boot_seconds']} s")
    print(f"{'from probe to told':32}{summary['tell_milliseconds']} ms")
    print(f"{'from overload to told':32}{summary['total_seconds']} s")
    if summary["bare_start_seconds"] is not None:
        print(f"{'a bare start until it answers':32}{summary['bare_start_seconds']} s")
    print()
    print(f"{'':10}{'answered':>10}{'failed':>8}{'mean':>9}{'p50':>9}{'p99':>9}")
    rows = list(summary["requests"].items())
    rows += [("before", summary["requests_before"]), ("after", summary["requests_after"])]
    for name, row in rows:
        times = "".join(
            f"{row[key]:8.3f}s" if key in row else f"{'-':>9}" for key in ("mean_seconds", "p50_seconds", "p99_seconds"))
        print(f"{name:10}{row['ok']:>10}{row['failed']:>8}{times}")


def main():
    """Reads the run's files and writes its summary."""
    directory, accelerator = sys.argv[1], sys.argv[2]
    bare_start = float(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else None
    log = RunLog(os.path.join(directory, "controller.jsonl"), os.path.join(directory, "client.jsonl"))
    summary = make_summary(log, accelerator, bare_start)
    with open(os.path.join(directory, "summary.json"), "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")
    print_table(summary)
    missing = [key for key, value in summary.items() if value is None and key != "bare_start_seconds"]
    if missing:
        print("\nerror: the run lacks: " + ", ".join(missing), file=sys.stderr)
        sys.exit(1)
    if summary["failed_total"]:
        print(f"\nerror: {summary['failed_total']} requests failed", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
