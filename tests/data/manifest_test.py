import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.data import manifest as manifest_lib
from kp2part.schema import category

FIELDS = {
    "format": 1,
    "category": category.load("horse").to_json(),
    "image_size": 96,
    "context": 0,
    "aspect": "pad",
    "splits": {
        "train": {
            "num_records": 5,
            "shards": [
                {"name": "a", "num_records": 2, "num_bytes": 7, "sha256": "0a"},
                {"name": "b", "num_records": 3, "num_bytes": 8, "sha256": "1b"},
            ],
        },
        "val": {"num_records": 0, "shards": []},
    },
    "settings": {"seed": 3},
    "table": {},
    "skipped": {},
}


class ManifestTest(parameterized.TestCase):
    def load(self, fields):
        self.root = pathlib.Path(self.create_tempdir())
        text = fields if isinstance(fields, str) else json.dumps(fields)
        (self.root / "manifest.json").write_text(text)
        return manifest_lib.load(str(self.root))

    def test_load(self):
        manifest = self.load(FIELDS)
        self.assertEqual(manifest.category, category.load("horse"))
        self.assertEqual((manifest.image_size, manifest.context), (96, 0.0))
        self.assertEqual(manifest.aspect, "pad")
        self.assertEqual(manifest.num_records, {"train": 5, "val": 0})
        self.assertEqual(json.loads(json.dumps(manifest.to_json())), FIELDS)

    def test_splits(self):
        manifest = self.load(FIELDS)
        with self.assertRaisesRegex(ValueError, r"'tra'.*\['train', 'val'\]"):
            manifest.split("tra")
        with self.assertRaisesRegex(ValueError, "Split 'val'.*empty.*: 5"):
            manifest.split("val")

    def test_missing(self):
        root = self.create_tempdir().full_path
        with self.assertRaisesRegex(ValueError, "manifest.json: no such file"):
            manifest_lib.load(root)

    @parameterized.parameters(
        ("{", "not a JSON file"),
        ([], '"format": 1'),
        ({**FIELDS, "format": 2}, '"format": 1'),
        ({**FIELDS, "image_size": "96"}, "`image_size` must be `int`.*'96'"),
        (
            {**FIELDS, "splits": {"a": {}}},
            "`splits.a` must have.*`num_records`",
        ),
        (
            {**FIELDS, "splits": {"a": {"num_records": 0, "shards": [{}]}}},
            r"`splits.a.shards\[0\]` must have a field `name`",
        ),
        (
            {
                **FIELDS,
                "splits": dict.fromkeys("ab", FIELDS["splits"]["train"]),
            },
            "`splits` must have each shard once. Received: 'a' 2 times",
        ),
        ({**FIELDS, "category": {}}, "`category` must have a field `name`"),
        *(
            ({k: v for k, v in FIELDS.items() if k != name}, f"`{name}`")
            for name in FIELDS
            if name != "format"
        ),
    )
    def test_bad_file(self, fields, message):
        with self.assertRaisesRegex(ValueError, f"manifest.json: .*{message}"):
            self.load(fields)


if __name__ == "__main__":
    absltest.main()
