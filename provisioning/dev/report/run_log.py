"""Reads what a run left behind: the controller's log, the client's events."""

import datetime
import json


def moment(text):
    """An RFC 3339 time as a datetime."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def written(time):
    """A datetime as RFC 3339 with milliseconds; None stays None."""
    if time is None:
        return None
    return time.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(path):
    """The JSON objects of a file, one a line; a line cut off by a kill is left out."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value


class RunLog:
    """One run: controller events and samples, client answers, failures and notices."""

    def __init__(self, controller_path, client_path):
        self.events = []
        self.samples = []
        for line in lines(controller_path):
            if line.get("message") == "event":
                line["moment"] = moment(line["at"])
                self.events.append(line)
            elif line.get("message") == "sample":
                line["moment"] = moment(line["at"])
                self.samples.append(line)
        self.answers = []
        self.failures = []
        self.notices = []
        self.phases = []
        self.summary = None
        for line in lines(client_path):
            line["moment"] = moment(line["at"])
            kind = line.get("type")
            if kind == "answer":
                self.answers.append(line)
            elif kind == "failure":
                self.failures.append(line)
            elif kind == "notice":
                self.notices.append(line)
            elif kind == "phase":
                self.phases.append(line)
            elif kind == "summary":
                self.summary = line

    def event(self, kind, instance=None, after=None):
        """The first event of a kind, or None."""
        for event in self.events:
            if event["event"] != kind:
                continue
            if instance is not None and event.get("instance") != instance:
                continue
            if after is not None and event["moment"] < after:
                continue
            return event
        return None

    def marks(self):
        """The moments of the scale out, by name; those that did not happen are None."""
        high = next((phase["moment"] for phase in self.phases if phase["phase"] == "high"), None)
        overload = self.event("overload", after=high)
        # An overload that ended by itself is not the one that was answered.
        decided = self.event("scale-out.decided", after=high)
        if decided is not None:
            before = [e for e in self.events if e["event"] == "overload" and e["moment"] <= decided["moment"]]
            overload = before[-1] if before else overload
        start = decided["moment"] if decided else None
        ordered = self.event("instance.starting", after=start) if start else None
        name = ordered.get("instance") if ordered else None

        def when(kind):
            event = self.event(kind, instance=name, after=start) if name else None
            return event["moment"] if event else None

        told = next(
            (n["moment"] for n in self.notices if n["kind"] == "change" and name in n["endpoints"]), None)
        answer = next((a["moment"] for a in self.answers if a["server"] == name), None)
        return {
            "instance": name,
            "overload": overload["moment"] if overload else None,
            "decided": start,
            "started": when("instance.started"),
            "registered": when("agent.registered"),
            "probed": when("instance.probed"),
            "told": told,
            "first_answer": answer,
        }
