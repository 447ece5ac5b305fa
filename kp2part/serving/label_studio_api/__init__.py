"""Label Studio's ML backend: people place keypoints, masks come back.

    GET  /health, /versions
    POST /setup, /predict, /webhook

The batch route ("Retrieve predictions") takes the keypoints of submitted
annotations; the interactive one those of the draft that lie in a rectangle
which was just drawn with the smart tool.
"""
