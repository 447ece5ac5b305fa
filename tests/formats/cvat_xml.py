"""Annotations as CVAT writes them, for tests."""

from kp2part.schema import category

CATEGORY = category.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={"background": (), "head": ("head",)},
    any_class=("animal",),
)
SKELETON = """<skeleton label="dog" group_id="4" {frame}>
<points label="nose" outside="0" occluded="0" points="5.50,6.75"/>
<points label="Left ear" outside="0" occluded="1" points="8.00,9.00"/>
<points label="right_ear" outside="1" occluded="0" points="1.00,1.00"/>
<attribute name="mood">good</attribute></skeleton>
"""
BOX = '<box label="dog" group_id="4" xtl="1" ytl="2" xbr="20.5" ybr="30"/>'
IMAGES = f"""<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta/>
<image id="0" name="b/a.jpg" width="60" height="40">
{SKELETON.format(frame="")}{BOX}
<points label="nose" occluded="0" points="1,1;2,2"/>
<box label="leaf" group_id="4" xtl="0" ytl="0" xbr="1" ybr="1"/>
<mask label="head" rle="1, 2" left="0" top="0" width="1" height="3"/></image>
<image id="1" name="empty.jpg" width="60" height="40"/>
</annotations>"""
VIDEO = f"""<annotations><version>1.1</version><meta><task><name>yard</name>
<original_size><width>60</width><height>40</height></original_size></task>
</meta><track id="7" label="dog" group_id="4">
{SKELETON.format(frame='frame="0"')}{SKELETON.format(frame='frame="5"')}
</track><track id="8" label="dog" group_id="4">
<box frame="0" outside="0" xtl="1" ytl="2" xbr="20.5" ybr="30"/>
<box frame="5" outside="1" xtl="1" ytl="2" xbr="20.5" ybr="30"/></track>
</annotations>"""
KEYPOINTS = [[7.5, 8.5, 1], [0, 0, 0], [5, 6.25, 2]]
