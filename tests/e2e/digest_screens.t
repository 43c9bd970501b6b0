#!/bin/sh
# The digest's pages in a browser: at 320 and 1,000 pixels, light and dark, nothing overflows sideways.
# The pages are those that the unit tests compare with. A picture of all of them in each scheme is kept
# in $SCREENS when set.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

[ -z "${SANITIZE:-}" ] || skip_all "the pages are files: they were looked at without sanitizers"
browser=$(command -v chromium || command -v chromium-browser) ||
    skip_all "needs chromium (Debian's package), which is not installed"
pages=$top/tests/unit/golden
: "${SCREENS:=$T/screens}"
mkdir -p "$SCREENS"

# browse SCHEME ARGUMENT...: SCHEME 0 is dark, 1 is light.
browse() {
    preferred=$1
    shift
    timeout 120 "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
        --disable-dev-shm-usage --allow-file-access-from-files --user-data-dir="$T/profile" \
        --blink-settings=preferredColorScheme="$preferred" --window-size=2800,4200 \
        "$@" "file://$T/frames.html" 2>"$T/browser.err"
}

# A browser's window is never as narrow as a telephone; a frame is. The last page is too wide, so that
# it is seen that this would be noticed.
printf '<!doctype html><html><body><div style="width:400px">x</div></body></html>' >"$T/too-wide.html"
frames=
for page in digest-full digest-first; do
    for width in 320 1000; do
        frames="$frames<iframe name=\"$page-$width\" width=\"$width\" src=\"file://$pages/$page.html\"></iframe>"
    done
done
frames="$frames<iframe name=\"too-wide-320\" width=\"320\" src=\"file://$T/too-wide.html\"></iframe>"
cat >"$T/frames.html" <<PAGE
<!doctype html><html><head><title>loading</title>
<style>body { margin: 0; white-space: nowrap } iframe { border: 0; height: 4200px; vertical-align: top }</style>
</head><body>$frames
<script>
addEventListener("load", () => {
  let told = "";
  for (const frame of document.querySelectorAll("iframe")) {
    const d = frame.contentDocument;
    let widest = d.documentElement.scrollWidth;
    for (const e of d.body.querySelectorAll("*"))
      widest = Math.max(widest, Math.ceil(e.getBoundingClientRect().right));
    const red = getComputedStyle(d.body).backgroundColor.match(/\\d+/)[0];
    told += "FRAME " + frame.name + " " + widest + " " + red + "\\n";
  }
  document.title = told;
});
</script></body></html>
PAGE

for scheme in 1 0; do
    name=$([ "$scheme" = 1 ] && echo light || echo dark)
    browse "$scheme" --dump-dom >"$T/dom"
    sed -n 's/.*FRAME \([a-z-]*-[0-9]* [0-9]* [0-9]*\).*/\1/p' "$T/dom" >"$T/measured"
    [ -s "$T/measured" ] || {
        sed 's/^/# /' "$T/browser.err" | tail -5
        skip_all "the browser cannot run here"
    }
    while read -r page widest red; do
        [ "$page" != too-wide-320 ] || {
            ok [ "$widest" -gt "${page##*-}" ] -- "too wide a page is noticed, $name"
            continue
        }
        ok [ "$widest" -le "${page##*-}" ] -- "$page fits, $name: $widest pixels"
        is "$([ "$red" -gt 127 ] && echo light || echo dark)" "$name" "and has its colours"
    done <"$T/measured"
    is "$(wc -l <"$T/measured" | tr -d ' ')" 5 "all pages are measured, $name"
    browse "$scheme" --screenshot="$SCREENS/digest-$name.png" >"$T/out"
    ok [ -s "$SCREENS/digest-$name.png" ] -- "they can be looked at, $name"
done
done_testing
