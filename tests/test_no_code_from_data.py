"""Nothing that is read can become code: looked for in every line of the product."""

from __future__ import annotations

import ast

import pytest

from tests.places import PRODUCT

PACKAGES = ("assistant", "ingest", "vectorstore", "ui")

CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "yaml.load", "yaml.unsafe_load"}
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "jsonpickle"}
FROM_LANGCHAIN = {"load", "loads", "load_prompt"}
# A developer's script, which no part of the product imports: it reads the cache it has written.
SCRIPTS = {"assistant/training/sentence_scorer.py"}
FLAGS = {"trust_remote_code", "allow_pickle", "shell", "allow_dangerous_deserialization"}


def faults(source: str) -> list[str]:
    """What in a file could make code out of data."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found += [name] if name in CALLS else []
            found += [
                f"{keyword.arg}={ast.unparse(keyword.value)}"
                for keyword in node.keywords
                if keyword.arg in FLAGS and ast.unparse(keyword.value) != "False"
            ]
        elif isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            top = node.module.partition(".")[0]
            names = {alias.name for alias in node.names}
            found += [node.module] if top in MODULES else []
            found += sorted(names & FROM_LANGCHAIN) if top.startswith("langchain") else []
    return found


def imports(source: str) -> list[str]:
    """The modules that a file imports, by whole name."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def test_no_line_of_the_product_makes_code_out_of_data() -> None:
    files = [path for package in PACKAGES for path in sorted((PRODUCT / package).rglob("*.py"))]

    found = {
        str(path.relative_to(PRODUCT)): faulty
        for path in files
        if (faulty := faults(path.read_text("utf-8")))
    }

    assert len(files) > 80
    assert found.keys() <= SCRIPTS
    imported = {name for path in files for name in imports(path.read_text("utf-8"))}
    assert not imported & {path.removesuffix(".py").replace("/", ".") for path in SCRIPTS}


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "model(name, trust_remote_code=True)",
        "np.load(path, allow_pickle=flag)",
        "from langchain_core.load import loads",
        "subprocess.run(line, shell=True)",
    ],
)
def test_each_way_is_seen(line: str) -> None:
    assert len(faults(line)) == 1


def test_weights_come_from_files_without_code() -> None:
    """Models are numpy arrays and JSON; nothing in the packages is a pickle or a checkpoint."""
    endings = {
        path.suffix
        for package in PACKAGES
        for path in (PRODUCT / package).rglob("*")
        if path.is_file()
    }

    assert not endings & {".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".h5"}
