"""The rules of the inner rooms: what would make replay differ, or make mypyc lie.

`impurities` is a function of source text, so that the tests can show it a breach of every rule.
"""

import ast
import io
import tokenize
from collections.abc import Iterator

# What an inner room may import besides Interlock; None allows every name of the module.
IMPORTS: dict[str, set[str] | None] = {
    "abc": None,
    "bisect": None,
    "collections": {"deque", "OrderedDict"},
    "collections.abc": {"Iterator", "Iterable", "Sequence", "Mapping"},
    "dataclasses": {"dataclass", "field"},
    "hashlib": None,
    "heapq": None,
    "math": {"isqrt", "gcd", "comb"},
    "msgspec": None,
    "msgspec.structs": {"astuple"},
    "mypy_extensions": {"mypyc_attr", "trait"},
    "re": None,
    "struct": None,
    "typing": None,
    "zlib": None,
}

# Names that make a result depend on the machine, the run, or the mode of the build.
NAMES = {
    "Protocol": "is ten times slower than a concrete class when compiled",
    "float": "has no exact sums: count in whole numbers",
    "hash": "differs from run to run",
    "i16": "wraps silently when compiled: use int",
    "i32": "wraps silently when compiled: use int",
    "i64": "wraps silently when compiled: use int",
    "id": "differs from run to run",
    "input": "touches the world",
    "open": "touches the world",
    "print": "touches the world",
}

NODES: dict[type[ast.AST], str] = {
    ast.AsyncFunctionDef: "async: an inner room computes, it does not wait",
    ast.Await: "await: an inner room computes, it does not wait",
    ast.Div: "true division gives a float: use // or divmod",
    ast.Global: "global: state belongs to an object that is passed in",
    ast.Match: "match is five times slower than isinstance when compiled",
    ast.Nonlocal: "nonlocal: state belongs to an object that is passed in",
    ast.Yield: "a generator is slow when compiled: return a list",
    ast.YieldFrom: "a generator is slow when compiled: return a list",
}

# Callables that keep the order of what they are given, and so would keep a set's.
ORDER_KEEPERS = {"list", "tuple", "enumerate", "iter", "zip", "map", "next", "dict"}
SETS = ("set", "frozenset")

Breach = tuple[int, str]


def impurities(source: str, *, compiled: bool) -> list[Breach]:
    """Every breach of a rule as (line, sentence), in the order of the source."""
    tree = ast.parse(source)
    found = [*_imports(tree), *_words(tree), *_set_orders(tree), *_comments(source)]
    if compiled:
        found += [*_classes(tree), *_nested(tree)]
    return sorted(set(found))


def _imports(tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] != "interlock" and alias.name not in IMPORTS:
                    yield node.lineno, f"import {alias.name}: not in the list of pure modules"
                elif IMPORTS.get(alias.name) is not None:
                    yield node.lineno, f"import {alias.name}: take the names that are needed"
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                yield node.lineno, "relative import: name the defining module"
            elif module.partition(".")[0] != "interlock":
                if module not in IMPORTS:
                    yield node.lineno, f"from {module}: not in the list of pure modules"
                    continue
                allowed = IMPORTS[module]
                for alias in node.names:
                    if allowed is not None and alias.name not in allowed:
                        yield node.lineno, f"from {module} import {alias.name}: not pure enough"


def _words(tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in NAMES:
            yield line, f"{node.id} {NAMES[node.id]}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield line, f"{node.value} is a float: count in whole numbers"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield line, NODES[ast.Div]
        elif type(node) in NODES and not isinstance(node, ast.Div):
            yield line, NODES[type(node)]


def _is_set_type(annotation: ast.expr) -> bool:
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(annotation, ast.Subscript) and ast.unparse(outer) in ("Final", "typing.Final"):
        return _is_set_type(annotation.slice)
    return ast.unparse(outer) in SETS


def _set_orders(tree: ast.Module) -> Iterator[Breach]:
    """Loops over a set: written, made, or held by a name that this file annotates as one."""
    held = {
        ast.unparse(node.target).rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and _is_set_type(node.annotation)
    } | {
        node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) and node.annotation and _is_set_type(node.annotation)
    }

    def is_set(node: ast.expr) -> bool:
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in SETS
        if isinstance(node, ast.BinOp):
            return is_set(node.left) or is_set(node.right)
        name = getattr(node, "attr", getattr(node, "id", ""))
        return bool(name) and name in held

    for node in ast.walk(tree):
        ordered: list[ast.expr] = []
        if isinstance(node, ast.For | ast.comprehension):
            ordered = [node.iter]
        elif isinstance(node, ast.Starred):
            ordered = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            ordered = node.args if node.func.id in ORDER_KEEPERS else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            ordered = node.args if node.func.attr in ("join", "extend") else []
            if node.func.attr == "pop" and not node.args:
                ordered = [node.func.value]
        for expression in ordered:
            if is_set(expression):
                text = ast.unparse(expression)
                yield expression.lineno, f"{text} is a set: its order differs from run to run"


def _comments(source: str) -> Iterator[Breach]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and "type: ignore" in token.string:
            yield token.start[0], "type: ignore may make mypyc write wrong code"


def _classes(tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        if any(ast.unparse(base).rpartition(".")[2] == "Struct" for base in node.bases):
            yield (
                node.lineno,
                f"{node.name}: a Struct loses its keywords here; define it in messages",
            )
        for decorator in node.decorator_list:
            text = ast.unparse(decorator)
            if text.rpartition(".")[2].startswith("dataclass") and "init=False" not in text:
                yield node.lineno, f"{node.name}: dataclass must say init=False and write __init__"


def _nested(tree: ast.Module) -> Iterator[Breach]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for outer in ast.walk(tree):
        for node in ast.walk(outer):
            if node is outer or not isinstance(node, (*functions, ast.ClassDef)):
                continue
            if isinstance(outer, functions):
                yield node.lineno, f"{node.name}: mypyc has no fast form of what is nested"
            elif isinstance(outer, ast.ClassDef) and isinstance(node, ast.ClassDef):
                yield node.lineno, f"{node.name}: mypyc has no nested classes"
