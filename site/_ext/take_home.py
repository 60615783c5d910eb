"""The patterns that a reader takes home, as their own files tell: for the index of patterns.

Knows no Sphinx.
"""

import ast
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """One file of `helpers/patterns/`."""

    file: str
    about: str  # first line of its docstring
    lesson: int  # the lesson that writes it out
    functions: dict  # name and arguments: first line of the docstring


def patterns_in(folder):
    """Read all patterns, in the order of the lessons that write them out.

    Raises
    ------
    ValueError
        A file does not say which lesson writes it out.
    """
    found = [read(path) for path in folder.glob("[!_]*.py")]
    return sorted(found, key=lambda pattern: (pattern.lesson, pattern.file))


def read(path):
    """Read one file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    text = ast.get_docstring(tree) or ""
    lesson = re.search(r"\bLesson (\d\d) writes", text)
    if lesson is None:
        raise ValueError(f"{path.name} does not say which lesson writes it out")
    functions = {
        signature(node): first_line(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    return Pattern(path.name, first_line(tree), int(lesson[1]), functions)


def first_line(node):
    return (ast.get_docstring(node) or "").partition("\n")[0]


def signature(node):
    """A function as it is called: its name and its arguments. A class as it is made."""
    if isinstance(node, ast.FunctionDef):
        return f"{node.name}({ast.unparse(node.args)})"
    made = [each for each in node.body if getattr(each, "name", "") == "__init__"]
    arguments = ast.unparse(made[0].args).removeprefix("self").removeprefix(", ") if made else ""
    return f"{node.name}({arguments})" if made else node.name


def policies_of(pattern, folder):
    """The files of `data/policies/` for the roles of a pattern, by role."""
    stem = pattern.file.removesuffix(".py").replace("_", "-")
    return {path.stem.removeprefix(f"{stem}-"): path for path in sorted(folder.glob(f"{stem}-*"))}


def as_markdown(pattern, *, lesson, source, policies):
    """One pattern as Markdown: its lesson, its functions, its source and its policies in folds.

    Parameters
    ----------
    lesson : str
        Link to the lesson.
    source : str
        Where the file is, seen from the page that includes the text.
    policies : dict
        Where the policies are, by role.
    """
    rows = "".join(f"| `{name}` | {about} |\n" for name, about in pattern.functions.items())
    name, _, more = pattern.about.rstrip(".").partition(": ")
    return (
        f"## {name}\n\n{more[:1].upper() + more[1:] + '. ' if more else ''}"
        f"Written out in {lesson}, and kept in `helpers/patterns/{pattern.file}`.\n\n"
        f'<div class="stacks">\n\n| function | what it does |\n|---|---|\n{rows}\n</div>\n\n'
        f"<details><summary>Show the code of {pattern.file}</summary>\n\n"
        f"```{{literalinclude}} {source}\n:language: python\n```\n\n</details>\n\n"
        f"{_policies(pattern, policies)}"
    )


def _policies(pattern, policies):
    if not policies:
        return ""
    shown = "".join(
        f"**{role}**, `data/policies/{source.rpartition('/')[2]}`\n\n"
        f"```{{literalinclude}} {source}\n:language: json\n```\n\n"
        for role, source in policies.items()
    )
    summary = f"Show what {pattern.file} has to be allowed: {', '.join(policies)}"
    return f"<details><summary>{summary}</summary>\n\n{shown}</details>\n\n"
