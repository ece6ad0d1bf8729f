#!/usr/bin/env python3
"""Runs the Python blocks of docs/python.md with the installed package, one after the other, and compares what they
show with the plain block behind each; with --write puts it there. A test of the package calls it.

Usage: tools/python/tests/page.py [--write]
"""

import ast
import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
import warnings

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "python.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(\n```\n(.*?)```\n)?", re.S)


def shown(code, names):
    """What a notebook shows of a cell: what it prints, and the value of its last expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "page", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "page", "eval"), names) if last else None
        if value is not None:
            print(repr(value))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def remade(text):
    names = {}
    os.environ["COLUMNS"] = "100"
    warnings.simplefilter("ignore")

    def block(found):
        out = shown(found[1], names)
        return f"```python\n{found[1]}```\n" + (f"\n```\n{out}```\n" if out else "")

    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            return BLOCK.sub(block, text)
        finally:
            os.chdir(before)


def main():
    text = PAGE.read_text(encoding="utf-8")
    made = remade(text)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    for number, (old, new) in enumerate(zip(text.splitlines(), made.splitlines()), 1):
        if old != new:
            sys.exit(f"page: {PAGE.name}:{number} has {old!r}, the package shows {new!r}; tools/python/tests/page.py --write")
    if len(text.splitlines()) != len(made.splitlines()):
        sys.exit("page: outputs are missing; tools/python/tests/page.py --write")
    print(f"page: {len(BLOCK.findall(text))} blocks of {PAGE.name} show what it says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
