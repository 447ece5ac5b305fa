"""What pytest needs for absl's test cases, and which tests are slow."""

import pathlib

from absl import flags
import pytest

flags.FLAGS.mark_as_parsed()

ROOT = pathlib.Path(__file__).parents[1]
# Files, or tests of a file, by the beginnings of their ids. They train, export,
# start a server, a browser or a process that imports TensorFlow, several times;
# together they take most of the time. `pytest --durations=50` tells of others.
SLOW = (
    "tests/annotator/browser_brush_test.py",
    "tests/annotator/browser_export_test.py",
    "tests/annotator/browser_photos_test.py",
    "tests/annotator/browser_set_test.py",
    "tests/annotator/browser_test.py",
    "tests/annotator/browser_work_test.py",
    "tests/benchmarks/growth_test.py::ProgramTest",
    "tests/benchmarks/speed/run_test.py",
    "tests/client/served_model_test.py",
    "tests/crossval_test.py",
    "tests/deploy_test.py",
    "tests/dockerfile_test.py",
    "tests/distribution/mirrored_test.py",
    "tests/distribution/processes_test.py",
    "tests/docs/commands_test.py",
    "tests/docs/notebook_test.py",
    "tests/docs/programs_test.py",
    "tests/exporting/",
    "tests/jax_test.py",
    "tests/library_test.py::LibraryTest::test_examples",
    "tests/library_test.py::LibraryTest::test_training_from_arrays",
    "tests/models/exported_network_test.py",
    "tests/package_test.py",
    "tests/programs_test.py",
    "tests/registration_test.py::RegistrationTest::test_a_file_loads",
    "tests/registration_test.py::RegistrationTest::test_without_kp2part",
    "tests/robustness_test.py",
    "tests/serving/attack_test.py",
    "tests/serving/program_test.py",
    "tests/tfrecords_tools/programs_test.py",
    "tests/training/accumulation_test.py",
    "tests/training/faults_test.py",
    "tests/training/memory_input_test.py",
    "tests/training/rematerialization_test.py",
    "tests/training/signals_test.py",
    "tests/training/trainer_test.py",
    "tests/training/without_tensorflow_test.py",
    "tests/training/workdir_test.py::KillTest",
    "tests/transfer_test.py",
)


def pytest_collection_modifyitems(items):
    for prefix in SLOW:
        if not (ROOT / prefix.partition("::")[0]).exists():
            raise pytest.UsageError(f"tests/conftest.py: no {prefix}")
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    # By far the longest first: else one of two workers waits for it at the end.
    items.sort(key=lambda item: item.path.name != "commands_test.py")
