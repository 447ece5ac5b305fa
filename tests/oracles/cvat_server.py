"""A stand-in for CVAT: the few responses that examples/cvat_task.py needs.

Written after the models of cvat-sdk 2.80, which refuses responses of another
shape. It is not CVAT: what CVAT itself does with a request is not tested.
"""

import contextlib
import http.server
import io
import itertools
import json
import threading
import urllib.parse
import xml.etree.ElementTree as ET
import zipfile

import PIL.Image

TOKEN = "token-that-nobody-may-see"
SIZE = 7, 8  # Width and height of each photo.
PHOTOS = "pets/a.png", "b.png"
# Id, name and type of labels, and their points.
LABELS = (
    (1, "dog", "skeleton", {11: "nose", 12: "left_ear", 13: "right_ear"}),
    (2, "head", "mask", {}),
    (3, "body", "any", {}),
    (4, "tail", "rectangle", {}),
)


def skeleton(shape_id, frame, *points, group=0):
    """Returns a shape; its third point is outside."""
    elements = [
        {
            "type": "points",
            "label_id": label_id,
            "frame": frame,
            "points": list(point),
            "outside": label_id == 13,
            "occluded": label_id == 12,
            "attributes": [],
        }
        for label_id, point in zip((11, 12, 13), points, strict=True)
    ]
    return {
        "id": shape_id,
        "type": "skeleton",
        "label_id": 1,
        "frame": frame,
        "group": group,
        "source": "manual",
        "points": [],
        "attributes": [],
        "elements": elements,
    }


class Cvat:
    """A task 7 with photos and shapes.

    Attributes:
        shapes: As the server has them.
        changes: Actions so far, each with its number of shapes.
        mode: "annotation" of photos, "interpolation" of a video.
        failing: An action that the server fails to do.
        tokens: What came with the requests.
    """

    def __init__(self, shapes):
        self.shapes = shapes
        self.changes = []
        self.mode = "annotation"
        self.failing = None
        self.tokens = set()
        self._ids = itertools.count(100)

    def respond(self, method, path, query, body):
        """Returns status and body of a response."""
        if (found := _FIXED.get(path)) is not None:
            return 200, found
        if path == "/api/tasks/7":
            return 200, {
                "id": 7, "jobs": {"completed": 0, "validation": 0},
                "labels": {}, "mode": self.mode,
                "organization": None,
            }  # fmt: skip
        if path == "/api/tasks/7/annotations/":
            if method == "PATCH":
                return self._change(query["action"], json.loads(body)["shapes"])
            return 200, {"shapes": self.shapes, "tags": [], "tracks": []}
        if path == "/api/tasks/7/dataset/export":
            self.with_photos = query["save_images"] == "True"
            return 202, {"rq_id": "1"}
        if path == "/api/requests/1":
            return 200, self._request()
        if path == "/download":
            return 200, self._archive()
        return 404, {"detail": "Not found."}

    def _change(self, action, shapes):
        if action == self.failing:
            return 500, {"detail": "broken"}
        self.changes.append((action, len(shapes)))
        if action != "create":
            ids = {shape["id"] for shape in shapes}
            self.shapes = [x for x in self.shapes if x["id"] not in ids]
        if action != "delete":
            shapes = [{**x, "id": next(self._ids)} for x in shapes]
            self.shapes += shapes
        return 200, {"shapes": shapes, "tags": [], "tracks": []}

    def _request(self):
        return {
            "id": "1",
            "status": "finished",
            "operation": {"type": "export:dataset", "target": "task"},
            "created_date": "2026-11-27T01:00:00Z",
            "message": "",
            "result_url": f"{self.url}/download",
        }

    def _archive(self):
        saved = io.BytesIO()
        with zipfile.ZipFile(saved, "w") as archive:
            archive.writestr("annotations.xml", self._xml())
            for name in PHOTOS if self.with_photos else ():
                with archive.open(f"images/{name}", "w") as file:
                    PIL.Image.new("RGB", SIZE).save(file, "PNG")
        return saved.getvalue()

    def _xml(self):
        root = ET.Element("annotations")
        ET.SubElement(root, "version").text = "1.1"
        for frame, name in enumerate(PHOTOS):
            width, height = map(str, SIZE)
            fields = {"name": name, "width": width, "height": height}
            image = ET.SubElement(root, "image", fields, id=str(frame))
            for shape in self.shapes:
                if shape["frame"] == frame:
                    _add(image, shape)
        return ET.tostring(root)


def _add(image, shape):
    name, points = next(
        (x[1], x[3]) for x in LABELS if x[0] == shape["label_id"]
    )
    fields = {"label": name, "source": shape["source"]}
    if shape["group"]:
        fields["group_id"] = str(shape["group"])
    if shape["type"] == "mask":
        *runs, left, top, right, bottom = map(int, shape["points"])
        fields |= {
            "rle": ", ".join(map(str, runs)),
            "left": str(left),
            "top": str(top),
            "width": str(right - left + 1),
            "height": str(bottom - top + 1),
        }
    item = ET.SubElement(image, shape["type"], fields)
    for element in shape.get("elements", ()):
        flags = {n: str(int(element[n])) for n in ("outside", "occluded")}
        x, y = element["points"]
        label = points[element["label_id"]]
        ET.SubElement(item, "points", flags, label=label, points=f"{x},{y}")


_FIXED = {
    "/api/server/about": {
        "name": "CVAT", "description": "", "version": "2.80.0",
        "logo_url": "", "subtitle": "",
    },
    "/api/labels": {
        "count": len(LABELS), "next": None, "previous": None,
        "results": [
            {
                "id": i, "name": name, "type": kind,
                "sublabels": [
                    {"id": j, "name": point, "type": "points"}
                    for j, point in points.items()
                ],
            }
            for i, name, kind, points in LABELS
        ],
    },
    "/api/tasks/7/data/meta": {
        "chunks_updated_date": "2026-11-27T01:00:00Z", "deleted_frames": [],
        "frames": [
            {
                "name": name, "width": SIZE[0], "height": SIZE[1],
                "related_files": 0,
            }
            for name in PHOTOS
        ],
    },
}  # fmt: skip


@contextlib.contextmanager
def serve(cvat):
    """Serves a task at `cvat.url`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            cvat.tokens.add(self.headers.get("Authorization"))
            query = dict(urllib.parse.parse_qsl(url.query))
            status, found = cvat.respond(
                self.command, url.path, query, self.rfile.read(size)
            )
            body = (
                found
                if isinstance(found, bytes)
                else json.dumps(found).encode()
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.cvat+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PATCH = do_POST = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        cvat.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
