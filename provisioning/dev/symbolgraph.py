"""What the compiler says of the public declarations of modules that are built: read by `api` and `docs`."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / "debug"


def extract(modules, folder, level="public"):
    """Writes the symbol graphs of the modules, from that access level on; ends the program when one cannot be read."""
    target = json.loads(command(["swiftc", "-print-target-info"]))["target"]["triple"]
    for module in modules:
        if not (BUILD / "Modules" / f"{module}.swiftmodule").exists():
            sys.exit(f"error: the module {module} is not built\n       build it first: swift build")
        command([
            "swift", "symbolgraph-extract", "-module-name", module, "-target", target, "-output-dir", str(folder),
            "-minimum-access-level", level, "-skip-synthesized-members", "-skip-inherited-docs",
            *includes(),
        ])


def includes():
    """The compiler's options that find the modules of the last build, those of the dependencies included."""
    # C modules: some bring a map of their own, for the others SwiftPM writes one.
    maps = [
        *BUILD.glob("*.build/module.modulemap"),
        *ROOT.glob(".build/checkouts/*/Sources/*/include/module.modulemap"),
    ]
    folders = [BUILD / "Modules", *sorted(file.parent for file in maps)]
    return [word for folder in folders for word in ("-I", str(folder))]


def command(words):
    """Runs a program and returns what it prints."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}error: {words[0]} {words[1]} failed with status {done.returncode}")
    return done.stdout
