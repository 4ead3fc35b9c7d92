#!/usr/bin/env python3
"""Writes core/src/test/resources/ouverture/text/jinja/goldens.json: small templates with what Jinja2 makes of them.

Needs Jinja2 3.1.6 (pip install jinja2==3.1.6). The environment is the one of the Hugging Face library, with the
leniences that templates in use rely on: lists may be changed, tojson takes generators, from_json exists.

Usage: jinja_goldens.py [OUTPUT]
"""

import datetime
import json
import pathlib
import sys
import types

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2025, 6, 8, 9, 41, 7, 123456)
HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent.parent / "core/src/test/resources/ouverture/text/jinja/goldens.json"

VARIABLES = {
    "n": 7,
    "zero": 0,
    "neg": -3,
    "f": 1.5,
    "one": 1.0,
    "big": 1e20,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "s": "Hello World",
    "quote": "it's",
    "both": "it's \"so\"",
    "uni": "héllo 🚀 wörld ß",
    "ws": "  \t padded \n ",
    "lines": "one\ntwo\r\nthree\n\nfive",
    "html": "<b>\"x\" & 'y'</b>",
    "list": [3, 1, 2],
    "strings": ["b", "A", "c", "a"],
    "mixed": [1, 1.0, True, None, "x", [1, "y"], {"k": "v"}],
    "nested": [[1, 2], [3, 4], [5]],
    "dict": {"b": 2, "a": 1, "C": 3},
    "items": {"keys": 1, "items": 2, "get": 3},
    "deep": {"x": {"y": {"z": [10, 20, {"w": "end"}]}}},
    "users": [
        {"name": "bob", "age": 30, "city": "Rome"},
        {"name": "Al", "age": 25, "city": "oslo", "admin": True},
        {"name": "cy", "age": 30, "city": "rome", "admin": False},
    ],
    "tree": [{"v": 1, "c": [{"v": 2, "c": [{"v": 3, "c": []}]}, {"v": 4, "c": []}]}, {"v": 5, "c": []}],
}


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_support"), [], [], body).set_lineno(line)

    def _support(self, caller):
        return caller()


class Environment(ImmutableSandboxedEnvironment):
    def is_safe_attribute(self, obj, attr, value):
        if isinstance(obj, list) and not attr.startswith("_"):
            return True
        return super().is_safe_attribute(obj, attr, value)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    def generators(value):
        if isinstance(value, types.GeneratorType):
            return list(value)
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    return json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys, default=generators
    )


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def environment():
    env = Environment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = tojson
    env.filters["from_json"] = json.loads
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def render(env, source):
    try:
        return {"expected": env.from_string(source).render(**json.loads(json.dumps(VARIABLES)))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def sources():
    """The templates by topic: the files beside this one, templates separated by lines of `----`."""
    for path in sorted((HERE / "jinja").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for source in text.removesuffix("\n").split("\n----\n"):
            if path.stem.endswith("-blocks"):
                yield path.stem, source
            else:
                for line in source.split("\n"):
                    if line and not line.startswith("## "):
                        yield path.stem, line


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    env = environment()
    cases = [{"topic": topic, "source": source, **render(env, source)} for topic, source in sources()]
    head = {
        "made_with": "tools/reference/jinja_goldens.py, Jinja2 " + jinja2.__version__,
        "now": NOW.isoformat(),
        "variables": VARIABLES,
    }
    lines = [json.dumps(case, ensure_ascii=True) for case in cases]
    text = json.dumps(head, ensure_ascii=True)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    output.write_text(text, encoding="utf-8")
    print(f"{len(cases)} cases, {sum('error' in case for case in cases)} of them errors, to {output}")


if __name__ == "__main__":
    main()
