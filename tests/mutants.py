"""Mutation testing: change one operator at a time and see whether the unit tests notice.

    make mutants MODULE=muserd/layout/place.py
    make mutants MODULE="muserd/layout/land.py muserd/layout/relax.py" ARGS="--most 20 --seed 7"

A mutant differs from the module by one comparison, one arithmetic or one logical operator. The
unit tests that import the module run on it; what they pass is given to the rest of those that
mirror its package. A mutant that all pass survives: either it is equal (no input can tell), or a
test is missing.

Which test runs which line is found out once (`--reach FILE` keeps it); then only those tests run
that reach what was changed, the quick ones first.

Mutants are written into a copy of the checkout in the folder for temporary files, which goes when
the run ends, however it ends. The checkout itself is only read.

Exit status: 0 whatever survives, 1 if the tests of a module fail without any change, 2 if there
is nothing to change.
"""

import argparse
import ast
import difflib
import itertools
import json
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tests.forked import copy_checkout, load, passes
from tests.reach import Reach, candidates, mirror_of

SLACK_S = 15.0  # beyond three times what the unchanged module takes: then it is an endless loop
UNKNOWN_S = 60.0  # that a file of tests may take of which nothing is known
LONGEST_S = 3600.0  # that all tests may take to find out which lines they run

OPERATORS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("+", "/")),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("*",)),
    ast.Mod: ("%", ("*",)),
    ast.Pow: ("**", ("*",)),
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: ("|", ("&",)),
    ast.LShift: ("<<", (">>",)),
    ast.RShift: (">>", ("<<",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
    ast.Not: ("not", ("",)),
    ast.MatMult: ("@", ()),  # nothing of the same shape could stand for it
    ast.BitXor: ("^", ("&",)),
}
ANNOTATIONS = frozenset({"annotation", "returns", "decorator_list", "bases"})

Verdict = Literal["killed", "timeout", "survived"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a module.

    Attributes:
        module: its path, relative to the root of the checkout.
        line: of the operator, from 1.
        change: the operator and what stands for it, such as `< → <=`.
        source: the whole module, changed.
    """

    module: str
    line: int
    change: str
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tests said of a mutant; `diff` is that of its lines."""

    module: str
    line: int
    change: str
    verdict: Verdict
    seconds: float
    diff: str


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text. Annotations stay as they are."""
    starts = list(itertools.accumulate((len(line) for line in _lines(source)), initial=0))
    text = source.encode()
    found = []
    for first, last, operator in _gaps(ast.parse(source)):
        low, high = starts[first[0] - 1] + first[1], starts[last[0] - 1] + last[1]
        between = text[low:high].decode()
        symbol, replacements = OPERATORS[operator]
        pattern = r"\s+".join(re.escape(part) for part in symbol.split())
        match = re.search(pattern, between)
        if match is None or "#" in between:  # a comment stands between: not worth a tokenizer
            continue
        line = text[:low].count(b"\n") + between[: match.start()].count("\n") + 1
        for other in replacements:
            changed = between[: match.start()] + other + between[match.end() :]
            mutated = (text[:low] + changed.encode() + text[high:]).decode()
            found.append(Mutant(module, line, f"{symbol} → {other or 'nothing'}", mutated))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.change))


def _lines(source: str) -> list[bytes]:
    return source.encode().splitlines(keepends=True)


Position = tuple[int, int]


def _gaps(tree: ast.AST) -> Iterator[tuple[Position, Position, type[ast.AST]]]:
    """Where the operators stand: (end of the left side, start of the right side, which)."""
    for node in _walk(tree):
        match node:
            case ast.BinOp(left=ast.Constant(value=str() | bytes())):
                pass  # of text: adding and formatting, not arithmetic
            case ast.BinOp(left=left, op=op, right=right):
                yield _end(left), _start(right), type(op)
            case ast.AugAssign(target=target, op=op, value=value):
                yield _end(target), _start(value), type(op)
            case ast.BoolOp(op=op, values=values):
                for left, right in itertools.pairwise(values):
                    yield _end(left), _start(right), type(op)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                for (one, other), op in zip(
                    itertools.pairwise([left, *comparators]), ops, strict=True
                ):
                    yield _end(one), _start(other), type(op)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield _start(node), _start(operand), ast.Not
            case _:
                pass


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Like `ast.walk`, without annotations, formatted strings and types by another name."""
    yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if (
                isinstance(child, ast.AST)
                and field not in ANNOTATIONS
                and not isinstance(child, ast.JoinedStr)
                and not (isinstance(child, ast.Assign) and _names_a_type(child))
            ):
                yield from _walk(child)


def _names_a_type(assign: ast.Assign) -> bool:
    """`Message = Ready | Done`, by convention a name in capitals and small letters."""
    return all(
        isinstance(target, ast.Name) and re.fullmatch(r"_?[A-Z]+[a-z]\w*", target.id)
        for target in assign.targets
    )


def _start(node: ast.AST) -> Position:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _end(node: ast.AST) -> Position:
    return node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]


def _diff(original: str, mutated: str) -> str:
    """The changed lines, before and after."""
    compared = difflib.unified_diff(original.splitlines(), mutated.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in compared if not line.startswith(("---", "+++", "@@")))


def _try(copy: Path, original: str, mutant: Mutant, tests: list[str], limit_s: float) -> Outcome:
    """Run the tests on one mutant until one notices."""
    path = copy / mutant.module
    path.write_text(mutant.source)
    began = time.monotonic()
    try:
        passed = passes(copy, tests, limit_s)[0] if tests else True
    finally:
        path.write_text(original)
    verdict: Verdict = "timeout" if passed is None else "survived" if passed else "killed"
    seconds = round(time.monotonic() - began, 1)
    diff = _diff(original, mutant.source)
    return Outcome(mutant.module, mutant.line, mutant.change, verdict, seconds, diff)


@dataclass(frozen=True, slots=True)
class Draw:
    """Which mutants of a module are tried.

    Attributes:
        most: so many at random.
        seed: of the draw.
        again: the changes of lines (`Outcome.diff`) that are tried instead; None for a draw.
        tests: that run, instead of those that reach the change; none for those.
        near: only the tests that import the module.
    """

    most: int
    seed: int
    again: frozenset[str] | None
    tests: tuple[str, ...]
    near: bool

    def of(self, original: str, every: list[Mutant]) -> list[Mutant]:
        """Those mutants, in the order of the text."""
        if self.again is not None:
            return [one for one in every if _diff(original, one.source) in self.again]
        drawn = random.Random(self.seed).sample(range(len(every)), min(self.most, len(every)))
        return [every[index] for index in sorted(drawn)]


def reach_of(copy: Path, modules: list[str], kept: Path | None, *, near: bool) -> Reach:
    """Which lines the tests of the modules run; read from a file where it was kept."""
    if kept and kept.exists():
        return dict(json.loads(kept.read_text()))
    stages = [mirror_of(module, copy)[: 1 if near else None] for module in modules]
    tests = sorted({test for stage in stages for some in stage for test in some})
    path = (kept or copy / "reach.json").resolve()
    _, log = passes(copy, tests, LONGEST_S, path)
    if not path.exists():
        raise SystemExit(f"the tests do not run:\n{log}")
    return dict(json.loads(path.read_text()))


def examine(copy: Path, module: str, draw: Draw, reach: Reach) -> list[Outcome] | None:
    """Try the mutants of one module; None if tests fail before anything is changed."""
    original = (copy / module).read_text()
    every = mutants_of(module, original)
    drawn = draw.of(original, every)
    print(f"{module}: {len(drawn)} of {len(every)} mutants", flush=True)
    outcomes = []
    for mutant in drawn:
        tests = list(draw.tests) or candidates(reach, copy, module, mutant.line, near=draw.near)
        took_s = sum(reach[test]["seconds"] if test in reach else UNKNOWN_S for test in tests)
        limit_s = 3 * took_s + SLACK_S
        if not outcomes and tests:
            passed, log = passes(copy, tests, limit_s)
            if not passed:
                print(f"{module}: its tests fail without any change\n{log}", file=sys.stderr)
                return None
        outcome = _try(copy, original, mutant, tests, limit_s)
        outcomes.append(outcome)
        if outcome.verdict == "survived":
            where = f"{module}:{outcome.line}"
            print(f"{where}: survived: {outcome.change}\n{outcome.diff}", flush=True)
    return outcomes


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="+", help="such as muserd/layout/place.py")
    parser.add_argument("--most", type=int, default=40, help="mutants of a module (default 40)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default 0)")
    parser.add_argument(
        "--near", action="store_true", help="only the tests that import the module: quicker"
    )
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument(
        "--again", type=Path, help="no draw: what survived by such a file, wherever it stands now"
    )
    parser.add_argument(
        "--tests", nargs="+", default=[], help="these, instead of those that reach the change"
    )
    parser.add_argument(
        "--reach", type=Path, help="keep in this file which test runs which line, or read it there"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Parse, copy, try, and print a summary as one line of JSON."""
    options = _parsed(arguments)
    load()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the copy goes, too
    again: frozenset[str] | None = None
    if options.again:
        before = json.loads(options.again.read_text())["outcomes"]
        again = frozenset(one["diff"] for one in before if one["verdict"] == "survived")
    draw = Draw(options.most, options.seed, again, tuple(options.tests), options.near)
    outcomes: list[Outcome] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        copy_checkout(copy)
        kept = options.reach
        reach = {} if draw.tests else reach_of(copy, options.modules, kept, near=options.near)
        for module in options.modules:
            tried = examine(copy, module, draw, reach)
            failed |= tried is None
            outcomes += tried or []
            if options.json:  # after each: a long run may be cut off
                every = [asdict(outcome) for outcome in outcomes]
                text = json.dumps({"seed": options.seed, "outcomes": every}, ensure_ascii=False)
                options.json.write_text(text)
    if not outcomes and not failed:
        print("nothing to change", file=sys.stderr)
        return 2
    summary = {
        module: {
            verdict: sum(o.verdict == verdict for o in outcomes if o.module == module)
            for verdict in ("killed", "timeout", "survived")
        }
        for module in options.modules
    }
    print(json.dumps(summary))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
