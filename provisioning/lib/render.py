#!/usr/bin/python3
"""render.py TEMPLATE < VALUES.json: fills in an XML template and prints the result.

Values stand as ${name} in texts and attributes. They are put in after parsing, so that no value can change the
structure, whatever characters it has. An element with an attribute repeat="LIST" is made once for each object of
the list named so, whose members are then values too. A value that is missing is an error that names it.
"""

import json
import string
import sys
import xml.etree.ElementTree as tree


def fill(text, values, where):
    if text is None:
        return None
    try:
        return string.Template(text).substitute(values)
    except KeyError as missing:
        sys.exit(f"error: {sys.argv[1]}: no value for {missing} in <{where}>")
    except ValueError as problem:
        sys.exit(f"error: {sys.argv[1]}: <{where}>: {problem}")


def render(element, values):
    made = tree.Element(element.tag)
    for name, value in element.attrib.items():
        if name != "repeat":
            made.set(name, fill(value, values, element.tag))
    made.text = fill(element.text, values, element.tag)
    made.tail = element.tail
    for child in element:
        if "repeat" in child.attrib:
            for item in values[child.get("repeat")]:
                made.append(render(child, {**values, **item}))
        else:
            made.append(render(child, values))
    return made


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: render.py TEMPLATE < VALUES.json")
    document = render(tree.parse(sys.argv[1]).getroot(), json.load(sys.stdin))
    tree.indent(document)
    print(tree.tostring(document, encoding="unicode"))


main()
