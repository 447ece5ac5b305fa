import pathlib
from unittest import mock

from absl.testing import absltest

from tfrecords_tools.building import next_steps


class NextStepsTest(absltest.TestCase):
    def render(self, *splits):
        manifest = mock.Mock(splits=dict.fromkeys(splits))
        manifest.directory = pathlib.Path("my/records")
        return next_steps.render(manifest)

    def test_one_split(self):
        for name in "all", "train":
            text = self.render(name)
            self.assertIn(f"one split, '{name}': --fold=0 validates on", text)
            self.assertIn("--tfrecords=my/records --fold=0 --workdir=r", text)

    def test_two_splits(self):
        text = self.render("train", "val")
        self.assertNotIn("--fold", text)
        self.assertIn("--tfrecords=my/records --workdir=run", text)


if __name__ == "__main__":
    absltest.main()
