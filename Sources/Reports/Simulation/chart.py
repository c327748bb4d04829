"""Draws a simulation: reads JSON from standard input and writes the PNG file that its only argument names."""

import json
import sys

try:
    import matplotlib
except ImportError:
    sys.exit("python3-matplotlib is not installed; install it, or leave --chart out")

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

COLOURS = ["#1f77b4", "#d9730d", "#2ca02c", "#9467bd", "#8c564b", "#17becf", "#7f7f7f"]


def minutes(result):
    return [point["second"] / 60 for point in result["series"]]


def main():
    data = json.load(sys.stdin)
    workloads = []
    for result in data["results"]:
        if result["workload"] not in workloads:
            workloads.append(result["workload"])
    figure, axes = plt.subplots(
        2 * len(workloads), 1, figsize=(11, 5.5 * len(workloads)), squeeze=False, layout="constrained",
        height_ratios=[1, 2] * len(workloads))
    for row, workload in enumerate(workloads):
        results = [r for r in data["results"] if r["workload"] == workload]
        arrivals, sizes = axes[2 * row][0], axes[2 * row + 1][0]
        arrivals.plot(minutes(results[0]), [p["arrivals"] for p in results[0]["series"]], color="#444444", lw=0.8)
        arrivals.set_ylabel("requests/s")
        arrivals.set_title(workload)
        arrivals.grid(alpha=0.25)
        arrivals.set_ylim(bottom=0)
        sizes.plot(
            minutes(results[0]), [p["arrivals"] / data["rate"] / data["target"] * 100 for p in results[0]["series"]],
            color="#bbbbbb", lw=0.8, label="needed at the target")
        for index, result in enumerate(results):
            sizes.step(
                minutes(result), [p["serving"] for p in result["series"]], where="post", lw=1.2,
                color=COLOURS[index % len(COLOURS)],
                label=f"{result['autoscaler']}: {result['instanceHours']:.2f} h, "
                      f"{result['secondsOverTarget']} s over target")
        sizes.set_ylabel("instances in service")
        sizes.set_xlabel("minutes")
        sizes.set_ylim(bottom=0)
        sizes.grid(alpha=0.25)
        sizes.legend(loc="upper right", fontsize=8, framealpha=0.9)
    # No time and no version in the file: the same input gives the same bytes.
    figure.savefig(sys.argv[1], dpi=110, metadata={"Software": None})


main()
