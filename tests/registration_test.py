"""Keras knows kp2part's classes: each order of imports in a new process."""

import importlib
import inspect
import pathlib
import subprocess
import sys
import timeit

from absl.testing import absltest
from absl.testing import parameterized
import keras

from kp2part import registration

ROOT = pathlib.Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden" / "refinenet.keras"
LOAD = f"print(keras.models.load_model({str(GOLDEN)!r}).name)"


def run(script):
    """Returns what a script prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


class RegistrationTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("before_keras", "import kp2part; import keras"),
        ("after_keras", "import keras; import kp2part"),
        (
            "after_a_look_for_keras",
            "import kp2part; import importlib.util as u; "
            "u.find_spec('keras'); import keras",
        ),
        (
            "in_two_threads",
            "import kp2part, threading; "
            "t = [threading.Thread(target=__import__, args=('keras',))"
            " for _ in range(2)]; "
            "[x.start() for x in t]; [x.join() for x in t]; import keras",
        ),
    )
    def test_a_file_loads(self, imports):
        self.assertEqual(run(f"{imports}; {LOAD}"), "refinenet")

    def test_without_kp2part_it_does_not(self):
        with self.assertRaisesRegex(RuntimeError, "Could not locate class"):
            run(f"import keras; {LOAD}")

    def test_the_finder_leaves(self):
        found = run(
            "import kp2part, sys; names = lambda: "
            "'_KerasFinder' in map(lambda x: type(x).__name__, sys.meta_path); "
            "before = names(); import keras; print(before, names())"
        )
        self.assertEqual(found, "True False")

    def test_a_broken_keras_is_as_broken_as_before(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        (base / "keras.py").write_text("raise ImportError('broken')")
        script = (
            f"import sys; sys.path.insert(0, {str(base)!r}); import kp2part"
        )
        with self.assertRaisesRegex(RuntimeError, "ImportError: broken"):
            run(f"{script}; import keras")

    def test_the_list_is_complete(self):
        modules = set()
        for path in (ROOT / "kp2part").rglob("*.py"):
            if "register_keras_serializable(" in path.read_text():
                name = path.relative_to(ROOT).with_suffix("")
                modules.add(".".join(name.parts))
        self.assertEqual(modules, set(registration.MODULES))

    def test_each_class_is_registered(self):
        for name in registration.MODULES:
            module = importlib.import_module(name)
            for _, value in inspect.getmembers(module, inspect.isclass):
                if value.__module__ == name:
                    registered = keras.saving.get_registered_name(value)
                    self.assertStartsWith(registered, "kp2part>")

    def test_the_finder_costs_nothing(self):
        finder = registration._KerasFinder()
        seconds = timeit.timeit(lambda: finder.find_spec("numpy"), number=10000)
        # An import that is found takes 100 microseconds and more.
        self.assertLess(seconds / 10000, 5e-6)


if __name__ == "__main__":
    absltest.main()
