#!/usr/bin/env python3
"""Judges what "cluster-trial" recorded: no request failed, never two owners acted, never more domains than allowed.

Reads from the folder: etcd.jsonl (every change below the prefix, in the order of revisions), libvirt/HOST/DOMAIN.log
(libvirt's own logs of the domains), client.jsonl, faults.json. The rules:

  requests      the client's run had no failed request
  writers       each commit for a group was made by the controller that owned the group at that revision
  revisions     the revision of an endpoint set only grows, and says one set
  orders        each start in libvirt's logs has an order in the ledger that no other start has used, given before it,
                and no later owner had begun to write for the group in between unless the order was still open
  maximum       no more domains of the group ran at once than its max
  take-over     after the owner was killed the next one wrote within lease + 2 s

Exit code 0: all hold. 1: one was broken; each breach is a line.
"""

import argparse
import datetime
import json
import pathlib
import re
import sys

STARTED = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\+0000: starting up libvirt")
ENDED = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\+0000: shutting down, reason=(\S+)")
# The states that a row is in from an order to start until it serves or has failed.
COMING = {"starting", "booting", "probing", "resuming", "creating"}


class Records:
    def __init__(self, folder: pathlib.Path):
        self.changes = []
        seen: set[tuple[int, str]] = set()
        for line in (folder / "etcd.jsonl").read_text(encoding="utf-8").splitlines():
            change = json.loads(line)
            if (change["revision"], change["key"]) in seen:
                continue
            seen.add((change["revision"], change["key"]))
            try:
                change["row"] = json.loads(change["value"])["row"] if change["value"] else None
            except (ValueError, KeyError, TypeError):
                change["row"] = None
            self.changes.append(change)
        self.changes.sort(key=lambda change: change["revision"])
        self.starts, self.runs = [], []
        for path in sorted(folder.glob("libvirt/*/*.log")):
            since = None
            for line in path.read_text(errors="replace").splitlines():
                if found := STARTED.match(line):
                    since = self.seconds(found[1])
                    self.starts.append({"domain": path.stem, "host": path.parent.name, "at": since})
                elif (found := ENDED.match(line)) and since is not None:
                    self.runs.append((since, self.seconds(found[1]), path.stem))
                    since = None
            if since is not None:
                self.runs.append((since, float("inf"), path.stem))
        self.starts.sort(key=lambda start: start["at"])
        faults = folder / "faults.json"
        self.faults = json.loads(faults.read_text()) if faults.exists() else []
        self.summary = None
        client = folder / "client.jsonl"
        if client.exists():
            for line in client.read_text().splitlines():
                if '"summary"' in line and json.loads(line).get("type") == "summary":
                    self.summary = json.loads(line)

    @staticmethod
    def seconds(text: str) -> float:
        return datetime.datetime.fromisoformat(text + "+00:00").timestamp()


def requests(records: Records) -> list[str]:
    if records.summary is None:
        return ["the client left no summary"]
    total = records.summary["total"]
    return [f"{total['failed']} of {total['failed'] + total['ok']} requests failed"] if total["failed"] else []


def writers(records: Records) -> list[str]:
    breaches, owners, count = [], {}, 0
    by_revision: dict[int, list[dict]] = {}
    for change in records.changes:
        by_revision.setdefault(change["revision"], []).append(change)
    for revision in sorted(by_revision):
        for change in by_revision[revision]:
            key = change["key"]
            if "/live/owners/" in key:
                group = key.rsplit("/", 1)[1]
                if change["type"] == "delete":
                    owners.pop(group, None)
                else:
                    if group in owners:
                        breaches.append(f"revision {revision}: the ownership of {group} was written while {owners[group]} had it")
                    owners[group] = change["row"]["controller"]
        for change in by_revision[revision]:
            if "/commits/groups/" in change["key"] and change["type"] == "put":
                count += 1
                group = change["key"].rsplit("/", 1)[1]
                writer = str(change["row"]).split(" ")[0]
                if owners.get(group) != writer:
                    breaches.append(f"revision {revision}: {writer} wrote for {group}, which {owners.get(group, 'nobody')} owned")
    if count == 0:
        breaches.append("no commit was recorded")
    return breaches


def revisions(records: Records) -> list[str]:
    breaches, last = [], {}
    for change in records.changes:
        if change["key"].endswith("/endpointSet") and change["row"]:
            group, row = change["key"].split("/")[-2], change["row"]
            number, known = row["revision"], last.get(group)
            if known and (number < known["revision"] or (number == known["revision"] and row != known)):
                breaches.append(f"revision {change['revision']}: the set of {group} went from {known['revision']} to {number}")
            last[group] = row
    return breaches


def orders(records: Records) -> list[str]:
    given: dict[str, list[dict]] = {}
    state: dict[str, str] = {}
    for change in records.changes:
        if "/instances/" not in change["key"] or not change["row"]:
            continue
        row = change["row"]
        if row["state"] in ("starting", "resuming") and state.get(row["uuid"]) != row["state"]:
            given.setdefault(row["name"], []).append({"at": change["at"], "used": False, "until": float("inf")})
        elif row["state"] not in COMING and given.get(row["name"]):
            for order in given[row["name"]]:
                order["until"] = min(order["until"], change["at"])
        state[row["uuid"]] = row["state"]
    breaches = []
    for start in records.starts:
        # What is heard of etcd comes a little late, and a recorder that changes members may be seconds late.
        fitting = [order for order in given.get(start["domain"], [])
                   if not order["used"] and order["at"] - 20 <= start["at"] <= order["until"] + 20]
        if fitting:
            fitting[0]["used"] = True
        else:
            when = datetime.datetime.fromtimestamp(start["at"], datetime.timezone.utc).isoformat(timespec="milliseconds")
            breaches.append(f"{start['domain']} was started on {start['host']} at {when} without an order of its own")
    if not records.starts:
        breaches.append("no start was recorded")
    return breaches


def maximum(records: Records, most: int) -> list[str]:
    steps = [(at, 1) for at, _, _ in records.runs] + [(until, -1) for _, until, _ in records.runs if until != float("inf")]
    running, peak = 0, 0
    for _, step in sorted(steps, key=lambda item: (item[0], item[1])):
        running += step
        peak = max(peak, running)
    return [f"{peak} domains ran at once; {most} are allowed"] if peak > most else []


def take_over(records: Records, lease: float) -> tuple[list[str], list[float]]:
    breaches, times = [], []
    for fault in records.faults:
        killed = fault.get("ownerKilledAt")
        if not killed:
            continue
        after = [change["at"] for change in records.changes if "/commits/groups/" in change["key"] and change["at"] > killed + 0.5
                 and str(change["row"]).split(" ")[0] != fault["controller"]]
        if not after:
            breaches.append(f"nobody took over after {fault['controller']} was killed")
            continue
        times.append(after[0] - killed)
        if times[-1] > lease + 2:
            breaches.append(f"the next owner wrote {times[-1]:.1f} s after {fault['controller']} was killed")
    return breaches, times


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--max", type=int, required=True)
    parser.add_argument("--lease", type=float, default=5)
    options = parser.parse_args(arguments)
    records = Records(pathlib.Path(options.folder))
    late, times = take_over(records, options.lease)
    rules = {
        "requests": requests(records), "writers": writers(records), "revisions": revisions(records),
        "orders": orders(records), "maximum": maximum(records, options.max), "take-over": late,
    }
    for name, breaches in rules.items():
        print(f"{name:12} {'ok' if not breaches else 'BROKEN'}")
        for breach in breaches[:20]:
            print(f"    {breach}")
    if records.summary:
        total = records.summary["total"]
        print(f"{total['ok']} answered, {total['failed']} failed, {records.summary['retried']} after a retry; "
              f"{len(records.starts)} starts, {len(records.faults)} faults, "
              f"last revision {records.changes[-1]['revision'] if records.changes else 0}")
    if times:
        print("take-over after a kill: " + ", ".join(f"{time:.1f} s" for time in times))
    return 1 if any(rules.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
