from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats.label_studio import config as label_studio_config
from kp2part.serving.label_studio_api import label_config
from tests.formats import studio
from tests.serving.label_studio_api import backend


class LabelConfigTest(parameterized.TestCase):
    def test_ours(self):
        text = label_studio_config.xml(studio.CATEGORY)
        found = label_config.read(text, ["head"])
        self.assertEqual(
            (found.image, found.field, found.brush), ("image", "image", "part")
        )

    def test_names_of_others(self):
        text = backend.CONFIG.replace('"image"', '"photo"')
        text = text.replace("$image", "$url").replace('"part"', '"mask"')
        found = label_config.read(text, ["head"])
        self.assertEqual(
            (found.image, found.field, found.brush), ("photo", "url", "mask")
        )

    def test_knows(self):
        config = label_config.read(backend.CONFIG, ["head"])
        (good,) = backend.named([studio.point("p", "nose", 1, 1)])
        self.assertTrue(config.knows(good))
        for change in (
            {"from_name": "gone"}, {"to_name": "gone"},
            {"value": {"keypointlabels": ["gone"]}},
            {"value": {"keypointlabels": [["nose"]]}},
            {"value": {}},
        ):  # fmt: skip
            self.assertFalse(config.knows({**good, **change}))

    @parameterized.parameters(
        (None, "must be a text. Received: None"),
        ("<View>", "not XML: ParseError"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><View>&b;</View>', "not XML: DTD"),
        ("<View/>", r"must have the labels head. Received: \[\]"),
        (backend.CONFIG.replace("Image", "Text"), "be the name of an <Image>"),
    )
    def test_refuses(self, text, reason):
        with self.assertRaisesRegex(ValueError, reason):
            label_config.read(text, ["head"])


if __name__ == "__main__":
    absltest.main()
