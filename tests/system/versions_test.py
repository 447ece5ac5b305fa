import pathlib
import subprocess
import sys
from unittest import mock

from absl.testing import absltest
import keras
import numpy as np
import tensorflow as tf

from kp2part.system import versions

SCRIPT = """
import sys
from kp2part.system import versions
versions.versions("jax")
print(sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


class VersionsTest(absltest.TestCase):
    def test_those_that_run(self):
        found = versions.versions("jax")
        self.assertEqual(found["keras"], keras.__version__)
        self.assertEqual(found["tensorflow"], tf.__version__)
        self.assertEqual(found["numpy"], np.__version__)
        self.assertEqual(found["backend"], "jax")
        self.assertStartsWith(sys.version, found["python"])

    def test_source_is_that_of_the_checkout(self):
        root = pathlib.Path(self.create_tempdir().full_path)

        def git(*arguments):
            who = ("-c", "user.name=a", "-c", "user.email=a@b")
            subprocess.run(["git", "-C", root, *who, *arguments], check=True)

        with mock.patch.object(versions, "_ROOT", root):
            self.assertIsNone(versions.source())
            git("init", "-q")
            self.assertIsNone(versions.source())  # It has no commit.
            module = root / "kp2part" / "a.py"
            module.parent.mkdir()
            module.write_text("")
            git("add", ".")
            git("commit", "-qm", "a")
            found = versions.source()
            self.assertLen(found["commit"], 40)
            self.assertFalse(found["is_changed"])
            module.write_text("x = 1\n")
            self.assertEqual(versions.source(), {**found, "is_changed": True})

    def test_nothing_is_imported(self):
        imported = subprocess.check_output([sys.executable, "-c", SCRIPT])
        self.assertEqual(imported.strip(), b"[]")


if __name__ == "__main__":
    absltest.main()
