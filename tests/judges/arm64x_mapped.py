"""Whether a file, mapped, is what `arm64x-view.py` makes of an ARM64X image for an x64 process, byte for byte.

    python3 arm64x_mapped.py ARM64X-VIEW.PY IMAGE FILE
"""
import sys

script, image, file = sys.argv[1:]
view = {}
exec(open(script, encoding="utf-8").read().rsplit("main()", 1)[0], view)
pe, sections, mapped = view["map_image"](open(image, "rb").read())
expected, _, _ = view["apply"](pe, sections, mapped)
print("same" if view["map_image"](open(file, "rb").read())[2] == expected else "different")
