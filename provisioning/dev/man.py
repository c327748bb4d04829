#!/usr/bin/python3
"""Writes a man page from what a program says of its command line (--experimental-dump-help) on standard input."""
import json
import sys


def escaped(text):
    """The text as roff takes it: no line is a request, no backslash an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def spelled(argument):
    """An option's names as they are typed, with its value."""
    names = []
    for name in argument.get("names", []):
        names.append(("--" if name["kind"] == "long" else "-") + name["name"])
    value = argument.get("valueName", "")
    if argument["kind"] == "positional":
        return f"\\fI{escaped(value)}\\fR"
    text = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    return f"{text} \\fI{escaped(value)}\\fR" if argument["kind"] == "option" else text


def arguments(command):
    return [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)]


def synopsis(path, command):
    parts = [f"\\fB{escaped(' '.join(path))}\\fR"]
    given = arguments(command)
    if any(a["kind"] != "positional" for a in given):
        parts.append("[\\fIoptions\\fR]")
    for argument in given:
        if argument["kind"] == "positional":
            text = spelled(argument)
            parts.append(f"[{text}]" if argument.get("isOptional") else text)
    if shown(command):
        parts.append("\\fIsubcommand\\fR")
    return " ".join(parts)


def shown(command):
    return [c for c in command.get("subcommands", []) if c["commandName"] != "help" and c.get("shouldDisplay", True)]


def paragraphs(text):
    lines = []
    for part in text.split("\n\n"):
        if part.startswith("  "):
            lines += [".PP", ".nf", escaped(part), ".fi"]
        else:
            lines += [".PP", escaped(part)]
    return lines


def options(command):
    lines = []
    for argument in arguments(command):
        text = argument.get("abstract", "")
        if argument.get("defaultValue") and "default" not in text:
            text = f"{text} (default: {argument['defaultValue']})".strip()
        lines += [".TP", spelled(argument), escaped(text) or "\\&"]
    return lines


def describe(path, command):
    lines = [f".SS {escaped(' '.join(path))}", synopsis(path, command)]
    for key in ("abstract", "discussion"):
        if command.get(key):
            lines += paragraphs(command[key])
    lines += options(command)
    for child in shown(command):
        lines += describe(path + [child["commandName"]], child)
    return lines


def page(root):
    name = root["commandName"]
    lines = [
        f'.TH {escaped(name).upper()} 1 "" "CMS" "User Commands"',
        ".SH NAME",
        f"{escaped(name)} \\- {escaped(root.get('abstract', '').rstrip('.'))}",
        ".SH SYNOPSIS",
        synopsis([name], root),
    ]
    if root.get("discussion"):
        lines += [".SH DESCRIPTION"] + paragraphs(root["discussion"])[1:]
    if options(root):
        lines += [".SH OPTIONS"] + options(root)
    if shown(root):
        lines.append(".SH SUBCOMMANDS")
        for child in shown(root):
            lines += describe([name, child["commandName"]], child)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)["command"]))
