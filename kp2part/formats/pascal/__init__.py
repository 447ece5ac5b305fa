"""PASCAL VOC, and what others have annotated on its photos."""
