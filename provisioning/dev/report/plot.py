#!/usr/bin/python3
"""Draws a run: response times by VM, and under them the CPU of each VM on the same time axis.

usage: plot.py OUT_DIRECTORY
"""

import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

from run_log import RunLog  # noqa: E402

COLOURS = ["#1f77b4", "#d9730d", "#2ca02c", "#9467bd", "#8c564b", "#17becf"]
MARKS = [
    ("overload", "overload"),
    ("decided", "order"),
    ("registered", "registered"),
    ("told", "told"),
    ("first_answer", "first answer"),
]
# Marks nearer to each other than this share one label, or the words would cover one another.
NEAR_SECONDS = 2.0


def draw(log, path, threshold=75.0):
    """Draws the run into a PNG file."""
    marks = log.marks()
    begin = min(item["moment"] for item in log.answers + log.samples)

    def at(time):
        return (time - begin).total_seconds()

    names = sorted({s["instance"] for s in log.samples} | {a["server"] for a in log.answers})
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}
    figure, (times, loads) = plt.subplots(
        2, 1, sharex=True, figsize=(11, 7), height_ratios=[3, 2], layout="constrained")

    for name in names:
        answers = [a for a in log.answers if a["server"] == name]
        times.scatter(
            [at(a["moment"]) for a in answers], [a["seconds"] for a in answers],
            s=9, alpha=0.6, color=colours[name], edgecolors="none", label=f"{name} ({len(answers)} answers)")
    if log.failures:
        times.scatter(
            [at(f["moment"]) for f in log.failures], [f["seconds"] for f in log.failures],
            s=36, color="#d62728", marker="x", label=f"failed ({len(log.failures)})")
    times.set_ylabel("response time, seconds")
    times.set_ylim(bottom=0)
    times.legend(loc="upper left", framealpha=0.9)
    times.grid(alpha=0.25)

    for name in names:
        for key, style, label in (("host", "-", "host"), ("guest", ":", "guest")):
            points = [(at(s["moment"]), float(s[key])) for s in log.samples if s["instance"] == name and key in s]
            if points:
                loads.plot(
                    [x for x, _ in points], [y for _, y in points], style, color=colours[name], linewidth=1.5,
                    label=f"{name}, seen from the {label}")
    loads.axhline(threshold, color="#555555", linestyle="--", linewidth=1, label=f"threshold {threshold:g} %")
    loads.set_ylabel("CPU, percent of the vCPUs")
    loads.set_xlabel("seconds")
    loads.set_ylim(0, 105)
    loads.legend(loc="lower right", fontsize=8, framealpha=0.9)
    loads.grid(alpha=0.25)

    groups = []
    for key, label in MARKS:
        if marks[key] is None:
            continue
        x = at(marks[key])
        for axis in (times, loads):
            axis.axvline(x, color="#333333", linewidth=0.8, alpha=0.7)
        if groups and x - groups[-1][0] < NEAR_SECONDS:
            groups[-1][1].append(label)
        else:
            groups.append((x, [label]))
    for x, labels in groups:
        times.annotate(
            ", ".join(labels), (x, 1.0), xycoords=("data", "axes fraction"), rotation=90, fontsize=8,
            ha="right", va="top", xytext=(-2, -4), textcoords="offset points")
    times.set_title("Response times while the service grows")
    figure.savefig(path, dpi=120)


def main():
    """Draws the run of a directory."""
    directory = sys.argv[1]
    log = RunLog(os.path.join(directory, "controller.jsonl"), os.path.join(directory, "client.jsonl"))
    if not log.answers:
        print("error: no request was answered, there is nothing to draw", file=sys.stderr)
        sys.exit(1)
    draw(log, os.path.join(directory, "plot.png"))


if __name__ == "__main__":
    main()
