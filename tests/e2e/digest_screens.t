#!/bin/sh
# The digest's page in a browser: at 320 and 1,000 pixels, light and dark, nothing overflows sideways.
# The pages are those that the unit tests compare with. Screenshots are kept in $SCREENS when set.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

browser=$(command -v chromium || command -v chromium-browser) ||
    skip_all "needs chromium (Debian's package), which is not installed"
pages=$top/tests/unit/golden
: "${SCREENS:=$T/screens}"
mkdir -p "$SCREENS"

# browse WIDTH HEIGHT SCHEME ARGUMENT...: SCHEME 0 is dark, 1 is light.
browse() {
    window=$1,$2
    preferred=$3
    shift 3
    timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
        --disable-dev-shm-usage --allow-file-access-from-files --user-data-dir="$T/profile" \
        --blink-settings=preferredColorScheme="$preferred" --window-size="$window" \
        "$@" 2>"$T/browser.err"
}

# A browser's window is never as narrow as a telephone; a frame is.
frame() {
    cat >"$T/frame.html" <<PAGE
<!doctype html><html><head><title>loading</title></head><body style="margin:0">
<iframe id="f" src="file://$1" style="border:0;width:$2px;height:$3px"></iframe>
<script>
addEventListener("load", () => {
  const d = document.getElementById("f").contentDocument, root = d.documentElement;
  let widest = root.scrollWidth;
  for (const e of d.body.querySelectorAll("*"))
    widest = Math.max(widest, Math.ceil(e.getBoundingClientRect().right));
  const back = getComputedStyle(d.body).backgroundColor;
  document.title = "width=" + widest + " height=" + root.scrollHeight + " back=" + back;
});
</script></body></html>
PAGE
}
measured() {
    grep -o '<title>width=[^<]*' "$T/dom" | head -1
}
brightness() {
    measured | sed 's/.*back=rgba*(\([0-9]*\),.*/\1/'
}

frame "$pages/digest-full.html" 320 600
browse 1000 700 1 --dump-dom "file://$T/frame.html" >"$T/dom"
[ -n "$(measured)" ] || {
    sed 's/^/# /' "$T/browser.err" | tail -5
    skip_all "the browser cannot run here"
}

for page in digest-full digest-first; do
    for width in 320 1000; do
        for scheme in 1 0; do
            name=$page-$width-$([ "$scheme" = 1 ] && echo light || echo dark)
            frame "$pages/$page.html" "$width" 600
            browse 1000 700 "$scheme" --dump-dom "file://$T/frame.html" >"$T/dom"
            got=$(measured | sed 's/.*width=\([0-9]*\).*/\1/')
            ok [ "${got:-9999}" -le "$width" ] -- "$name fits: ${got:-nothing} of $width pixels"
            is "$([ "$(brightness)" -gt 127 ] && echo 1 || echo 0)" "$scheme" "$name has its colours"
            height=$(measured | sed 's/.*height=\([0-9]*\).*/\1/')
            frame "$pages/$page.html" "$width" "${height:-600}"
            browse "$([ "$width" -lt 500 ] && echo 500 || echo "$width")" "${height:-600}" "$scheme" \
                --screenshot="$SCREENS/$name.png" "file://$T/frame.html" >"$T/out"
            ok [ -s "$SCREENS/$name.png" ] -- "$name can be looked at"
        done
    done
done

# The test can tell: a page that is too wide fails it.
printf '<!doctype html><html><body><div style="width:400px">x</div></body></html>' >"$T/wide.html"
frame "$T/wide.html" 320 600
browse 1000 700 1 --dump-dom "file://$T/frame.html" >"$T/dom"
ok [ "$(measured | sed 's/.*width=\([0-9]*\).*/\1/')" -gt 320 ] -- "too wide a page is noticed"
done_testing
