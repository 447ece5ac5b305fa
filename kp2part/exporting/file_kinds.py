"""Names what a file is that is none of those taken, in a graph."""

import tensorflow as tf

# (name, where its mark stands, the mark), the first that fits.
_KINDS = (
    ("a WebP file", 8, b"WEBP"),
    ("a GIF file", 0, b"GIF8"),
    ("a BMP file", 0, b"BM"),
    ("a TIFF file", 0, b"II*\0"),
    ("a TIFF file", 0, b"MM\0*"),
    ("an AVIF file", 4, b"ftypavif"),
    ("an AVIF file", 4, b"ftypavis"),
    ("a HEIC file", 4, b"ftyphei"),
    ("a HEIC file", 4, b"ftyphev"),
    ("a HEIC file", 4, b"ftypmif1"),
    ("a HEIC file", 4, b"ftypmsf1"),
    ("a video", 4, b"ftyp"),
    ("a JPEG XL file", 0, b"\xff\x0a"),
    ("a JPEG XL file", 4, b"JXL "),
    ("a JPEG 2000 file", 4, b"jP  "),
    ("a JPEG 2000 file", 0, b"\xff\x4f\xff\x51"),
    ("a Photoshop file", 0, b"8BPS"),
    ("an icon", 0, b"\0\0\1\0"),
    ("a PDF file", 0, b"%PDF"),
    ("a ZIP file", 0, b"PK\3\4"),
    ("a gzip file", 0, b"\x1f\x8b"),
    ("a pointer of Git LFS, not the photo", 0, b"version https://git-lfs"),
    ("an SVG drawing", 0, b"<svg"),
    ("an XML text", 0, b"<?xml"),
    ("a web page", 0, b"<!DOCTYPE"),
    ("a web page", 0, b"<!doctype"),
    ("a web page", 0, b"<html"),
    ("base64 text, not the bytes that it stands for", 0, b"/9j/"),
    ("base64 text, not the bytes that it stands for", 0, b"iVBORw0KGgo"),
    ("a data URL, not the bytes that it stands for", 0, b"data:"),
    ("only the beginning of a JPEG file", 0, b"\xff\xd8"),
    ("only the beginning of a PNG file", 0, b"\x89PN"),
)
_HEX = tuple(f"{code:02x} " for code in range(256))


def describe(contents):
    """Returns what a file is: string [], the end of a sentence.

    Args:
        contents: string [], the file's bytes.
    """
    begin = tf.strings.substr(contents, 0, 32)
    names = [name for name, _, _ in _KINDS]
    fits = tf.stack(
        [
            tf.strings.substr(
                begin, tf.minimum(at, tf.strings.length(begin)), len(mark)
            )
            == mark
            for _, at, mark in _KINDS
        ]
    )
    known = tf.gather(tf.constant(names), tf.argmax(fits))
    return tf.case(
        [
            (tf.strings.length(contents) == 0, lambda: tf.constant("no bytes")),
            (tf.reduce_any(fits), lambda: known),
        ],
        default=lambda: _bytes(begin),
    )


def _bytes(begin):
    first = tf.io.decode_raw(tf.strings.substr(begin, 0, 8), tf.uint8)
    digits = tf.gather(tf.constant(_HEX), tf.cast(first, tf.int32))
    return tf.strings.join(
        [
            "a file that begins with the bytes ",
            tf.strings.strip(tf.strings.reduce_join(digits)),
        ]
    )
