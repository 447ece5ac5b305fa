import subprocess
import sys

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

    def test_nothing_is_imported(self):
        imported = subprocess.check_output([sys.executable, "-c", SCRIPT])
        self.assertEqual(imported.strip(), b"[]")


if __name__ == "__main__":
    absltest.main()
