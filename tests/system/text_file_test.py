import codecs
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import text_file


class TextFileTest(parameterized.TestCase):
    @parameterized.parameters(
        "h\u00e9\r\n".encode(),
        codecs.BOM_UTF8 + "h\u00e9\r\n".encode(),
        codecs.BOM_UTF16_LE + "h\u00e9\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "h\u00e9\r\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "h\u00e9\r\n".encode("utf-32-le"),
    )
    def test_encodings(self, contents):
        path = pathlib.Path(self.create_tempdir()) / "a.txt"
        path.write_bytes(contents)
        self.assertEqual(text_file.read(path), "h\u00e9\r\n")

    @parameterized.parameters(b"h\xe9", codecs.BOM_UTF16_LE + b"a")
    def test_no_text(self, contents):
        with self.assertRaisesRegex(ValueError, "a.txt: must be UTF-8 text"):
            text_file.decode(contents, "a.txt")

    def test_no_file(self):
        with self.assertRaisesRegex(ValueError, "a.txt: no such file"):
            text_file.read("nowhere/a.txt")
        with self.assertRaisesRegex(ValueError, "cannot be read"):
            text_file.read(self.create_tempdir())


if __name__ == "__main__":
    absltest.main()
