"""What docs/security.md promises of the whole source, and that the tests it names are there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")
_OWN = {"MuserError", "UsageError", "ConfigError", "BusyError", "StoreError", "DaemonDownError"}
SOURCES = sorted((ROOT / "muserd").rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{node.module}"


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call, by the words it is written with."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def who_imports(*modules: str) -> set[str]:
    return {
        str(path.relative_to(ROOT / "muserd"))
        for path in SOURCES
        for name in imports(path)
        if name in modules or name.startswith(tuple(f"{one}." for one in modules))
    }


def test_nothing_is_unpickled() -> None:
    """Records have codecs of their own; libraries are told not to."""
    assert who_imports("pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle") == {
        "encode/clip.py"  # the name of the error that a damaged checkpoint raises
    }
    for path in SOURCES:
        for name, call in calls(path):
            options = {word.arg: ast.unparse(word.value) for word in call.keywords}
            if name in {"np.load", "np.save", "numpy.load"}:
                assert options.get("allow_pickle") == "False", f"{path}:{call.lineno}"
            if name == "torch.load":
                assert options.get("weights_only") == "True", f"{path}:{call.lineno}"


def test_only_weights_are_ever_fetched() -> None:
    """One module fetches; muserctl's client speaks to a Unix socket. Another module joins the Ray
    cluster whose address was given to `muserctl import`.
    """
    clients = ("urllib.request", "http.client", "httpx", "requests", "aiohttp", "huggingface_hub")
    assert who_imports(*clients) == {"encode/hub.py", "ctl/unix_http.py"}
    connecting = {"socket.create_connection", "asyncio.open_connection"}
    joining = {path.name for path in SOURCES for name, _ in calls(path) if name in connecting}
    assert joining == {"ray_engine.py"}
    assert who_imports("ray", "ray.data", "ray.exceptions") == {"bulk/ray_engine.py"}


def test_no_shell_and_no_code_from_texts() -> None:
    """Programs are started by argument lists; nothing that is read is executed."""
    for path in SOURCES:
        for name, call in calls(path):
            assert name not in {"eval", "exec", "os.system", "os.popen"}, f"{path}:{call.lineno}"
            options = {word.arg: ast.unparse(word.value) for word in call.keywords}
            assert options.get("shell") != "True", f"{path}:{call.lineno}"


def test_python_is_started_in_one_place_only() -> None:
    """`-P`, the root folder, an environment by allow-list: `ground/python.py` and nobody else."""
    named = {
        str(path.relative_to(ROOT / "muserd"))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable"
    }
    assert named == {"ground/python.py"}
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert '"-m"' not in text or path.name == "python.py", path
        assert "**os.environ" not in text, path
        for name, call in calls(path):
            starts = name in {"subprocess.Popen", "subprocess.run"} and path.name != "managers.py"
            if starts and "python.command" in text:
                options = {word.arg: ast.unparse(word.value) for word in call.keywords}
                assert options.get("cwd") == "python.FOLDER", f"{path}:{call.lineno}"
                assert options.get("env", "").startswith(("python.environment", "variables")), (
                    f"{path}:{call.lineno}"
                )


def test_every_error_of_the_command_line_has_a_hint() -> None:
    """What, which value, what to do: the third is never left out."""
    folders = ("ctl", "control", "daemon")
    for path in (one for one in SOURCES if one.relative_to(ROOT / "muserd").parts[0] in folders):
        for name, call in calls(path):
            if name.endswith("Error") and isinstance(call.args, list) and call.args:
                assert len(call.args) > 1 or name not in _OWN, f"{path}:{call.lineno}"


def named_tests() -> list[tuple[str, str]]:
    """(file, test) as docs/security.md and docs/service.md name them."""
    texts = [(ROOT / "docs" / name).read_text("utf-8") for name in ("security.md", "service.md")]
    return sorted({pair for text in texts for pair in NAMED.findall(text)})


@pytest.mark.parametrize(("file", "test"), named_tests())
def test_a_named_test_exists(file: str, test: str) -> None:
    paths = list((ROOT / "tests").rglob(file))
    assert len(paths) == 1, f"{file} is {len(paths)} files"
    assert not test or f"def {test}(" in paths[0].read_text("utf-8")


def test_there_are_some() -> None:
    assert len(named_tests()) > 30
