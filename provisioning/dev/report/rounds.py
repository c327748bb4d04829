#!/usr/bin/python3
"""Lets a group grow from vm1 to vm2 and shrink again, round after round, and measures how fast it grows.

Runs inside the lab (see provisioning/measure). Starts the controller and a client, and ends both.
"""

import argparse
import json
import os
import subprocess
import sys
import time

from run_log import lines, moment

CONFIGURATION = """\
hosts: 192.168.122.0/24
min: {minimum}
max: {maximum}
policy:
  rules: [{{target: {{metric: {rule}}}}}]
  scale-in: {{window: {window}}}
  on-starved: scale-out
standby: {{paused: {paused}, saved: {saved}}}
"""


class Followed:
    """The lines of a file that grows, with their moments."""

    def __init__(self, path):
        self.path = path
        self.items = []
        self.size = 0

    def read(self):
        if os.path.exists(self.path) and os.path.getsize(self.path) != self.size:
            self.size = os.path.getsize(self.path)
            self.items = [dict(line, moment=moment(line["at"])) for line in lines(self.path) if "at" in line]
        return self.items


class Run:
    """A controller and a client, and what they write."""

    def __init__(self, options):
        self.options = options
        self.controller_path = os.path.join(options.out, "controller.jsonl")
        self.client_paths = []
        self.configuration = os.path.join(options.state, "cms.yaml")
        self.directory = os.path.join(options.state, "controller")
        self.events = Followed(self.controller_path)
        self.client_events = None
        self.children = []
        # The bounds alone steer: the load never asks for more.
        self.settings = {"minimum": 1, "maximum": 3, "paused": 1, "saved": 0, "rule": "utilization, percent: 100",
                         "window": "1h"}

    def program(self, name):
        return os.path.join(self.options.programs, name)

    def write(self, **changes):
        self.settings.update(changes)
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(**self.settings))

    def tell(self, *words):
        subprocess.run(
            [self.program("cms-controller"), *words, "--state-dir", self.directory], check=True,
            stdout=subprocess.DEVNULL)

    def start(self):
        self.write()
        self.tell("client", "add", "measure", "--out", os.path.join(self.options.state, "client"))
        log = open(self.controller_path, "w", encoding="utf-8")
        self.children.append(subprocess.Popen(
            [self.program("cms-controller"), "--config", self.configuration, "--state-dir", self.directory,
             "--log-format", "json"], stderr=log, stdout=subprocess.DEVNULL))
        self.wait("instance.probed", "vm1", after=None, limit=120)

    def start_client(self, *words):
        number = len(self.client_paths)
        self.client_paths.append(os.path.join(self.options.out, f"client-{number}.jsonl" if number else "client.jsonl"))
        self.client_events = Followed(self.client_paths[-1])
        self.children.append(subprocess.Popen(
            [self.program("cms-client"), "--mode", "high", *words, "--controller", "192.168.122.1:7000",
             "--identity", os.path.join(self.options.state, "client"), "--plain", "--events-file", self.client_paths[-1]],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def stop_client(self):
        """Ends the client alone, if it runs."""
        if self.client_paths:
            child = self.children.pop()
            child.terminate()
            child.wait(timeout=60)

    def stop(self):
        """Ends both, the client first; returns the client's exit status."""
        status = None
        for child in reversed(self.children):
            child.terminate()
            status = child.wait(timeout=30) if status is None else status
            child.wait(timeout=30)
        return status

    def wait(self, kind, instance, after, limit):
        """The first event of that kind after a moment, of that instance or, without one, of any."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            for event in self.events.read():
                if event.get("event") == kind and instance in (None, event.get("instance")) \
                        and (after is None or event["moment"] >= after):
                    return event
            if self.children and self.children[0].poll() is not None:
                sys.exit(f"the controller ended; its log: {self.controller_path}")
            time.sleep(0.05)
        sys.exit(f"{instance} did not reach '{kind}' within {limit} s; the controller's log: {self.controller_path}")

    def wait_answer(self, server, after, limit):
        """The first answer of a server to a request sent after a moment."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            for answer in self.client_events.read():
                if answer.get("type") == "answer" and answer.get("server") == server and answer["moment"] >= after:
                    return answer
            time.sleep(0.05)
        sys.exit(f"no answer of {server} within {limit} s; the client's events: {self.client_paths[-1]}")

    def grow(self, limit):
        """One scale out; the seconds from the decision until clients were told and until the first answer."""
        begin = self.now()
        self.write(minimum=2)
        self.reload()
        decided = self.wait_decision(begin, limit)
        told = self.wait("instance.probed", "vm2", decided, limit)
        answered = self.wait_answer("vm2", decided, limit)
        return {"told": (told["moment"] - decided).total_seconds(),
                "answered": (answered["moment"] - decided).total_seconds()}

    def wait_decision(self, after, limit):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            for event in self.events.read():
                if event.get("event") == "scale-out.decided" and event["moment"] >= after:
                    return event["moment"]
            time.sleep(0.05)
        sys.exit(f"no scale out was decided within {limit} s; the controller's log: {self.controller_path}")

    def shrink(self, end_event, limit):
        """One scale in, by an operator's word, until vm2 is where it waits."""
        begin = self.now()
        self.write(minimum=1)
        self.reload()
        self.wait_reloaded(begin)
        self.tell("drain", "vm2")
        self.wait(end_event, "vm2", begin, limit)

    def cycle(self, limit):
        """One scale out and one scale in, both decided by the engine under the load; the times of both."""
        begin = self.now()
        self.write(maximum=2)
        self.reload()
        decided = self.wait_decision(begin, limit)
        told = self.wait("instance.probed", None, decided, limit)
        answered = self.wait_answer(told["instance"], decided, limit)
        # It is to be full of work when it leaves.
        time.sleep(5)
        begin = self.now()
        self.write(maximum=1)
        self.reload()
        leaves = self.wait("instance.draining", None, begin, limit)
        drained = self.wait("instance.drained", leaves["instance"], begin, limit)
        stopped = self.wait("instance.stopped", leaves["instance"], begin, limit)
        return {"told": (told["moment"] - decided).total_seconds(),
                "answered": (answered["moment"] - decided).total_seconds(),
                "left": leaves["instance"], "drained": drained["detail"],
                "drain": (drained["moment"] - leaves["moment"]).total_seconds(),
                "off": (stopped["moment"] - drained["moment"]).total_seconds(), "stopped": stopped["detail"]}

    def wait_reloaded(self, after):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if any(e.get("event") == "configuration.reloaded" and e["moment"] >= after for e in self.events.read()):
                return
            time.sleep(0.02)
        sys.exit("the controller did not take the configuration")

    def reload(self):
        self.tell("reload")

    @staticmethod
    def now():
        return moment(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{int(time.time() * 1000) % 1000:03d}Z")


def quantile(values, share):
    """The smallest value that at least that share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def table(results):
    """The rounds as a Markdown table, milliseconds."""
    rows = ["| from | rounds | told p50 | told p99 | first answer p50 | first answer p99 |", "| --- | --: | --: | --: | --: | --: |"]
    for name, rounds in results.items():
        if rounds:
            cells = [f"{1000 * quantile([r[key] for r in rounds], share):.0f} ms"
                     for key in ("told", "answered") for share in (0.5, 0.99)]
            rows.append(f"| {name} | {len(rounds)} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--accelerator", default="")
    for name in ("paused", "saved", "cold", "high", "rate"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    run = Run(options)
    results = {"paused": [], "saved": [], "cold": [], "high": []}
    status = 1
    try:
        run.start()
        if options.paused + options.saved + options.cold:
            run.start_client("--n", "10...15", "--rate", str(options.rate))
        if options.paused + options.saved:
            run.wait("standby.ready", "vm2", None, 120)
        for number in range(options.paused):
            results["paused"].append(run.grow(30))
            print(f"    paused {number + 1}: {results['paused'][-1]}", file=sys.stderr)
            run.shrink("standby.ready", 60)
        if options.saved:
            # The first round leaves the paused standby for a saved one.
            run.write(paused=0, saved=1)
            run.reload()
            run.grow(30)
            run.shrink("standby.ready", 60)
            for number in range(options.saved):
                results["saved"].append(run.grow(60))
                print(f"    saved {number + 1}: {results['saved'][-1]}", file=sys.stderr)
                run.shrink("standby.ready", 60)
        if options.cold:
            before = run.now()
            run.write(paused=0, saved=0)
            run.reload()
            if options.paused + options.saved:
                run.wait("instance.stopped", "vm2", before, 60)
            for number in range(options.cold):
                results["cold"].append(run.grow(180))
                print(f"    cold {number + 1}: {results['cold'][-1]}", file=sys.stderr)
                run.shrink("instance.stopped", 120)
        if options.high:
            # The client's own high mode, which overloads one VM. The engine asks for two; max says when they are too many.
            run.stop_client()
            before = run.now()
            run.write(minimum=1, maximum=1, paused=0, saved=0, rule="demand, percent: 70", window="0s")
            run.reload()
            if options.paused + options.saved and not options.cold:
                run.wait("instance.stopped", "vm2", before, 60)
            run.start_client()
            for number in range(options.high):
                results["high"].append(run.cycle(180))
                print(f"    high {number + 1}: {results['high'][-1]}", file=sys.stderr)
    finally:
        status = run.stop()
    told = [line for path in run.client_paths for line in lines(path)]
    summaries = [line for line in told if line.get("type") == "summary"]
    failed = sum(1 for line in told if line.get("type") == "failure")
    answers = [line["attempts"] for line in told if line.get("type") == "answer"]
    answered = len(answers)
    again = sum(1 for attempts in answers if attempts > 1)
    with open(os.path.join(options.out, "rounds.json"), "w", encoding="utf-8") as file:
        json.dump({"accelerator": options.accelerator, "rounds": results, "answered": answered, "failed": failed,
                   "answered_after_a_retry": again,
                   "clients": summaries}, file, indent=2)
    print(table(results))
    print(f"\n{answered} requests answered, {again} of them at a second attempt, {failed} failed; CPU by {options.accelerator or 'an unknown accelerator'}")
    sys.exit(0 if status == 0 and failed == 0 else 1)


if __name__ == "__main__":
    main()
