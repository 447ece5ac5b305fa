"""Tables of DeepLabCut, for tests."""

from kp2part.schema import category

CATEGORY = category.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={"background": (), "head": ("head",)},
)
LABELED = """scorer,,,h8,h8,h8,h8
bodyparts,,,nose,nose,Left ear,Left ear
coords,,,x,y,x,y
labeled-data,yard,img01.png,5.5,6,7,8.25
labeled-data,yard,img02.png,1,2,,
,,,,,,
labeled-data,barn,img01.png,,nan,NaN,
"""
OLD = """scorer,h8,h8,h8,h8
bodyparts,nose,nose,Left ear,Left ear
coords,x,y,x,y
labeled-data\\yard\\img01.png,5.5,6,7,8.25
"""
SCORER = "DLC_resnet50_DLCyardNov27shuffle1_5"
PREDICTED = f"""scorer,{",".join([SCORER] * 9)}
individuals,a,a,a,a,a,a,single,single,single
bodyparts,nose,nose,nose,left_ear,left_ear,left_ear,door,door,door
coords,x,y,likelihood,x,y,likelihood,x,y,likelihood
0,5.5,6,0.6,7,8,0.59,1,1,1
7,1,2,1e0,3,4,,1,1,1
8.0,,,,-1,-1,-1,1,1,1
"""
