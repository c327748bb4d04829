"""Draws a report: reads JSON from standard input and writes the PNG file that its only argument names."""

import datetime
import json
import sys

try:
    import matplotlib
except ImportError:
    sys.exit("python3-matplotlib is not installed; install it, or write the report as .html")

matplotlib.use("Agg")
import matplotlib.dates as dates  # noqa: E402  (the backend comes first)
import matplotlib.pyplot as plt  # noqa: E402

# Okabe and Ito.
COLOURS = ["#0072b2", "#d55e00", "#008060", "#a63d8f", "#957000", "#566573"]
STATES = [
    ("in service", "#008060", 0.72, ("in service",)),
    ("on its way", "#c9a227", 0.45, ("creating", "starting", "booting", "probing", "resuming")),
    ("standby", "#0072b2", 0.2, ("standby", "parking")),
    ("leaving", "#a63d8f", 0.35, ("draining", "stopping", "removing")),
    ("unhealthy or failed", "#d55e00", 0.72, ("unhealthy", "failed", "quarantined")),
]
LINES = 6
ROWS = 40


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def plain(name):
    """Nothing in a name is mathematics."""
    return name.replace("$", r"\$")


def values(column):
    return [float("nan") if value is None else value for value in column or []]


def cpu(instance):
    columns = instance["columns"]
    pairs = zip(columns.get("host", []), columns.get("guest", []))
    return [max([v for v in pair if v is not None], default=None) for pair in pairs]


def draw_load(axis, series, times):
    instances = series["instances"]
    if len(instances) <= LINES:
        for index, instance in enumerate(instances):
            colour = COLOURS[index % len(COLOURS)]
            axis.plot(times, values(instance["columns"].get("host")), color=colour, lw=1.5, label=plain(instance["name"]))
            axis.plot(times, values(instance["columns"].get("guest")), ":", color=colour, lw=1.2)
    else:
        points = [[v for v in row if v is not None] for row in zip(*[cpu(i) for i in instances])]
        nothing = float("nan")
        axis.fill_between(
            times, [min(p, default=nothing) for p in points], [max(p, default=nothing) for p in points],
            color=COLOURS[0], alpha=0.2, lw=0, label="least to most loaded")
        axis.plot(times, [sum(p) / len(p) if p else nothing for p in points], color=COLOURS[0], lw=1.6, label="mean")
    known = [v for v in series["columns"].get("threshold", []) if v is not None]
    if known:
        axis.axhline(known[-1], color="#444444", ls="--", lw=1, label=f"acts at {known[-1]:g} %")
    axis.set_ylim(0, 105)
    axis.set_ylabel("CPU, % of the vCPUs")
    axis.set_title("CPU (dotted: as the guest sees it)" if len(instances) <= LINES else "CPU", loc="left", fontsize=11)


def draw_size(axis, series, times):
    columns = series["columns"]
    axis.plot(times, values(columns.get("capacity")), drawstyle="steps-post", color=COLOURS[0], lw=1.6, label="capacity")
    axis.plot(times, values(columns.get("endpoints")), ":", drawstyle="steps-post", color=COLOURS[2], lw=1.6,
              label="endpoints told")
    axis.plot(times, [v / 100 for v in values(columns.get("demand"))], color=COLOURS[1], lw=1.4, label="demand")
    axis.set_ylim(bottom=0)
    axis.set_ylabel("instances")
    axis.set_title("Demand, in instances' worth of CPU, against capacity", loc="left", fontsize=11)


def draw_states(axis, series, times):
    instances = series["instances"][:ROWS]
    steps = sorted(b - a for a, b in zip(times, times[1:]))
    usual = steps[len(steps) // 2] if steps else datetime.timedelta(seconds=series["resolution"])
    for row, instance in enumerate(instances):
        for name, colour, part, members in STATES:
            bars = [
                (dates.date2num(time), usual / datetime.timedelta(days=1))
                for time, state in zip(times, instance["states"]) if state in members]
            axis.broken_barh(bars, (row - part / 2, part), color=colour, lw=0, label=name if row == 0 else None)
    axis.set_yticks(range(len(instances)), [plain(i["name"][:20]) for i in instances])
    axis.invert_yaxis()
    axis.set_title("States", loc="left", fontsize=11)


def main():
    report = json.load(sys.stdin)
    series = report["series"]
    if not series["times"]:
        sys.exit("there is nothing to draw: nothing was measured in this time, or it is no longer kept")
    times = [moment(text) for text in series["times"]]
    rows = min(ROWS, max(1, len(series["instances"])))
    figure, axes = plt.subplots(
        3, 1, sharex=True, figsize=(11, 6.4 + 0.28 * rows), layout="constrained", height_ratios=[3, 2.4, 0.5 + 0.35 * rows])
    draw_load(axes[0], series, times)
    draw_size(axes[1], series, times)
    draw_states(axes[2], series, times)
    for axis in axes:
        for mark in [out for out in report["scaleOuts"] if out["isOrdered"]] + report["scaleIns"]:
            axis.axvline(moment(mark["at"]), color="#333333", lw=0.7, alpha=0.5)
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8.5, frameon=False)
    axes[2].set_xlim(times[0], max(times[-1], times[0] + datetime.timedelta(seconds=1)))
    axes[2].xaxis.set_major_formatter(dates.ConciseDateFormatter(axes[2].xaxis.get_major_locator()))
    axes[2].set_xlabel("UTC")
    figure.suptitle(plain(f"Run of group {report['group']}"), x=0.01, ha="left", fontsize=14, fontweight="bold")
    figure.savefig(sys.argv[1], dpi=110, format="png", metadata={"Software": None})


main()
