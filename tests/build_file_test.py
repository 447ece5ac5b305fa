"""Holds BUILD, and with it the direction of imports, to the code.

BUILD is read as the Python that it nearly is; Bazel is not needed.
"""

import ast
import collections
import pathlib
import sys

from absl.testing import absltest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("kp2part", "tfrecords_tools", "benchmarks", "docs", "tests")
# Where a package's name on PyPI is not that of its module.
MODULE_OF = {
    "absl_py": "absl",
    "grpcio": "grpc",
    "opencv_python_headless": "cv2",
    "pillow": "PIL",
    "protobuf": "google",
    "python_rapidjson": "rapidjson",
    "pyyaml": "yaml",
    "tensorflow_serving_api": "tensorflow_serving",
}


def read_targets():
    """Returns the attributes of every target of BUILD, by name."""
    targets = {}

    def record(name, srcs, deps=(), **others):
        del others
        targets[name] = {"srcs": srcs, "deps": deps}

    rules = {k: record for k in ("py_library", "py_binary", "py_test")}
    environment = {
        **rules,
        "load": lambda *_: None,
        "package": lambda **_: None,
        "glob": lambda patterns, exclude=(): sorted(
            str(p.relative_to(ROOT))
            for p in set().union(*map(ROOT.glob, patterns))
            - set().union(*map(ROOT.glob, exclude))
        ),
    }
    exec((ROOT / "BUILD").read_text(), environment)  # noqa: S102
    return targets


class OnlyAtRuntime(ast.NodeTransformer):
    """Leaves out what only type checkers see."""

    def visit_If(self, node):  # noqa: N802
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return [self.visit(child) for child in node.orelse]
        return self.generic_visit(node)


def imports_of(path):
    """Returns the names that a file imports: of modules, or of their parts."""
    names = set()
    tree = OnlyAtRuntime().visit(ast.parse((ROOT / path).read_text()))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def file_of(name):
    """Returns the project's file that an imported name comes from, or None."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        stem = "/".join(parts[:end])
        for path in f"{stem}.py", f"{stem}/__init__.py":
            if (ROOT / path).is_file():
                return path
    return None


class BuildFileTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.targets = read_targets()
        cls.owner = {
            path: name for name, t in cls.targets.items() for path in t["srcs"]
        }

    def test_every_module_is_in_one_target(self):
        counts = collections.Counter(
            path for t in self.targets.values() for path in t["srcs"]
        )
        self.assertEmpty([path for path, n in counts.items() if n > 1])
        modules = {
            str(p.relative_to(ROOT))
            for d in PACKAGES
            for p in (ROOT / d).rglob("*.py")
        }
        self.assertEqual(set(counts), modules)

    def test_imports_are_declared(self):
        for path, name in self.owner.items():
            allowed = {name, *(d[1:] for d in self.targets[name]["deps"])}
            for imported in imports_of(path):
                file = file_of(imported)
                # A package's bare __init__ comes with each of its modules.
                if file and not file.endswith("__init__.py"):
                    self.assertIn(
                        self.owner[file], allowed, f"{path} imports {file}"
                    )

    def test_packages_are_declared(self):
        for path, name in self.owner.items():
            if path.startswith("tests/"):
                continue
            declared = [
                d.removeprefix("@pypi//")
                for d in self.targets[name]["deps"]
                if d.startswith("@pypi//")
            ]
            allowed = {MODULE_OF.get(d, d) for d in declared}
            for imported in imports_of(path):
                top = imported.split(".")[0]
                if top not in sys.stdlib_module_names and top not in PACKAGES:
                    self.assertIn(top, allowed, f"{path} of {name!r}")

    def test_targets_have_no_cycle_and_kp2part_needs_no_tools(self):
        order = []

        def visit(name, above=()):
            self.assertNotIn(name, above, "a cycle")
            if name in order:
                return
            for dep in self.targets[name]["deps"]:
                if dep.startswith(":"):
                    visit(dep[1:], (*above, name))
            order.append(name)

        for name in self.targets:
            visit(name)
        for target in self.targets.values():
            if any(path.startswith("kp2part/") for path in target["srcs"]):
                self.assertNotIn(":tfrecords_tools", target["deps"])

    def test_modules_have_no_cycle(self):
        edges = {
            path: {file_of(i) for i in imports_of(path)} - {None, path}
            for path in self.owner
            if not path.startswith("tests/")
        }

        done = set()

        def visit(path, above):
            self.assertNotIn(path, above, "a cycle of imports")
            if path in done:
                return
            done.add(path)
            for other in edges.get(path, ()):
                if not other.endswith("__init__.py"):
                    visit(other, (*above, path))

        for path in edges:
            visit(path, ())


if __name__ == "__main__":
    absltest.main()
