import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.serving import model_configs

A = 'config { name: "a" base_path: "/x" model_platform: "tensorflow" }'
B = 'config { name: "b" base_path: "/y/z" model_platform: "tensorflow" }'


def listed(*configs):
    return f"model_config_list {{ {' '.join(configs)} }}".encode()


class ModelConfigsTest(parameterized.TestCase):
    def read(self, contents):
        path = pathlib.Path(self.create_tempdir().full_path, "models.config")
        path.write_bytes(contents)
        self.path = path
        return model_configs.read(path)

    def test_models_in_their_order(self):
        comment = b"# Comments are as in TensorFlow Serving's files.\n"
        self.assertEqual(
            self.read(comment + listed(B, A)),
            [
                model_configs.Config("b", pathlib.Path("/y/z")),
                model_configs.Config("a", pathlib.Path("/x")),
            ],
        )

    @parameterized.named_parameters(
        ("typo", A.replace("name", "nam"), r'1:30 .* no field named "nam"'),
        ("not_closed", A[:-1] + "} config {", "line 1:"),
        ("long", A.replace("/x", "/x" * 999) + "}}", "line 1:"),
        ("twice", A + A.replace("/x", "/y"), "config 2: `name` must be of one"),
        ("no_name", A.replace('"a"', '""'), "config 1: `name` must not be em"),
        ("bad_name", A.replace('"a"', '"a/b"'), "config 1: `name` .* 'a/b'"),
        ("control", A.replace('"a"', '"a\\001"'), "config 1: `name` .*x01"),
        ("no_path", A.replace('"/x"', '""'), r"'a'\): `base_path` must be an"),
        ("relative", A.replace("/x", "x"), "absolute path. Received: 'x'"),
        ("zero", A.replace("/x", "/\\000"), "absolute path. Received: "),
        ("platform", A.replace("flow", "-"), "`model_platform` .*'tensor-'"),
        ("none", "", "must have a `config`"),
        (
            "policy",
            A.replace("name", "model_version_policy { all {} } name"),
            "`model_version_policy` is not supported",
        ),
    )
    def test_wrong_files(self, configs, reason):
        with self.assertRaisesRegex(ValueError, reason) as caught:
            self.read(listed(configs))
        text = str(caught.exception)
        self.assertStartsWith(text, f"{self.path}: ")
        self.assertNotIn("\n", text)
        self.assertLess(len(text), len(str(self.path)) + 300)

    def test_what_is_no_such_text(self):
        for contents, reason in (
            (b"\xff\xfe\xff", "must be UTF-8"),
            (b"\x89PNG", "must be UTF-8"),
            (b"a\x00b", "line 1:"),
            (b"custom_model_config {}", "`custom_model_config` is not"),
            (b"", "must have a `config`"),
        ):
            with self.assertRaisesRegex(ValueError, reason) as caught:
                self.read(contents)
            self.assertNotIn("\n", str(caught.exception))
        with self.assertRaisesRegex(ValueError, "no.config: no such file"):
            model_configs.read(pathlib.Path("no.config"))


if __name__ == "__main__":
    absltest.main()
