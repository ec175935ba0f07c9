#!/usr/bin/env bash
# Takes the pictures in docs/images from the real program: it starts one of its own with fresh data, plays a small scene and ends it.
# Needs a built program and built web apps (./run or ./test makes both) and Debian's chromium with fonts.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
. scripts/setup.sh

need_node
need_postgres
apt_need chromium=chromium /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk \
  /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf=fonts-noto-color-emoji
cd web && exec npm run --silent screenshots
