#!/usr/bin/python3
"""Compares counts of instructions with those of the baseline, or makes them the baseline."""

import argparse
import json
import os
import sys


def number(text):
    name, _, value = text.partition("=")
    if not name or not value.isdigit() or int(value) == 0:
        raise argparse.ArgumentTypeError(f"expected NAME=INSTRUCTIONS, not {text!r}")
    return name, int(value)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", required=True, help="the JSON file to compare with")
    parser.add_argument("--instances", type=int, required=True, help="instances in one tick")
    parser.add_argument("--allowed", type=float, required=True, help="percent above the baseline that are let through")
    parser.add_argument("--toolchain", required=True, help="what the counts were made with")
    parser.add_argument("--update", action="store_true", help="write the counts into the baseline")
    parser.add_argument("counts", nargs="+", type=number, metavar="NAME=INSTRUCTIONS", help="instructions of one tick")
    return parser.parse_args()


def read(path):
    """The baseline; a message and status 1 when there is none that can be read."""
    try:
        with open(path, encoding="utf-8") as file:
            baseline = json.load(file)
        ticks = baseline["instructionsPerTick"]
        if not all(isinstance(value, int) and value > 0 for value in ticks.values()):
            raise ValueError("a count is not a whole number above 0")
        return baseline.get("toolchain", "unknown"), ticks
    except (OSError, ValueError, KeyError, AttributeError) as error:
        sys.exit(f"error: no baseline in {path}: {error}\n       make one: provisioning/dev/benchmark count --update")


def write(path, toolchain, counts):
    temporary = path + ".new"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump({"instructionsPerTick": dict(counts), "toolchain": toolchain}, file, indent=2, sort_keys=True)
        file.write("\n")
    os.replace(temporary, path)


def main():
    options = parse()
    if options.update:
        write(options.baseline, options.toolchain, options.counts)
    toolchain, baseline = read(options.baseline)
    print(f"{'policy':<14}{'instructions a tick':>20}{'an instance':>13}{'baseline':>13}{'change':>10}")
    above = []
    for name, count in options.counts:
        before = baseline.get(name)
        change = (count / before - 1) * 100 if before else None
        cells = [f"{before:,}", f"{change:+.1f} %"] if before else ["none", "-"]
        print(f"{name:<14}{count:>20,}{count / options.instances:>13,.0f}{cells[0]:>13}{cells[1]:>10}")
        if change is None or change > options.allowed:
            above.append(name)
    if toolchain != options.toolchain:
        print(f"note: the baseline was counted with {toolchain}, this with {options.toolchain}", file=sys.stderr)
    if above:
        sys.exit(
            f"error: {', '.join(above)}: more than {options.allowed:g} % above the baseline, or without one\n"
            "       if intended: provisioning/dev/benchmark count --update\n"
            "       if not: docs/performance.md says how to see which function it is"
        )
    elif min(change for change in (count / baseline[name] - 1 for name, count in options.counts)) < -0.1:
        print("note: well below the baseline; keep it: provisioning/dev/benchmark count --update", file=sys.stderr)


main()
