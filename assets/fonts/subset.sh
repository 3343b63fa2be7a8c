#!/bin/sh
# Makes DroidSansFallback-GB2312.ttf anew from Debian's fonts-droid-fallback; needs Debian's fonttools.
set -eu
cd "$(dirname "$0")"
/usr/bin/python3 - <<'PY'
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# The space is in, because a run of Chinese text takes its spaces from the same font.
keep = {0x20}
for row in range(0xA1, 0xF8):
    for cell in range(0xA1, 0xFF):
        try:
            code = ord(bytes([row, cell]).decode("gb2312"))
        except UnicodeDecodeError:
            continue
        if any(a <= code <= b for a, b in [(0x3000, 0x303F), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF)]):
            keep.add(code)

font = TTFont("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")
options = Options(hinting=False, layout_features=[], drop_tables=["GSUB", "GPOS", "vhea", "vmtx"])
subsetter = Subsetter(options)
subsetter.populate(unicodes=keep)
subsetter.subset(font)
# The height of a line comes from the first font asked: make it that of Noto Sans, so that lines
# with and without Chinese are equally high.
font["hhea"].ascent, font["hhea"].descent = round(1.069 * 256), round(-0.293 * 256)
font.save("DroidSansFallback-GB2312.ttf")
PY
