# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# Sourced behind lib.sh and private_root.sh by the tests of callers: real mail systems that hand mail
# to backsift as contrib/ says. What is shown for each recipe: mail lands where it should; and with
# backsift broken in one of four ways the mail system keeps the mail and delivers it once it is mended.
#
# A test defines `tried N` (N attempts failed since `mark`), `mta_flush` (try the queue now), and
# calls `recipe NAME ADDRESS`.

installed=/usr/local/bin/backsift
box=/home/ann/Maildir

caller_setup() {
    mkdir -p /usr/local/bin /usr/local/share/backsift
    cp "$BACKSIFT" $installed
    cp -R "$top/rules" /usr/local/share/backsift/
    add_user ann
    mkdir -p /home/ann/.config/backsift
    printf '[own]\ndomain = home.test\naddress = ada@shop.test\naddresses-complete = yes\n' \
        >/home/ann/.config/backsift/backsift.conf
    make_maildir $box
    chown -R ann: /home/ann
    printf 'From: dan@far.test\nTo: ann@home.test\nSubject: Lunch?\nMessage-ID: <lunch@far.test>\n\nFriday?\n' >"$T/plain"
    cat >"$T/forged" <<'MAIL'
From: Bo <bo@far.test>
To: x7@home.test
Subject: Automatic reply: offer
Auto-Submitted: auto-replied
In-Reply-To: <spam@pc>
Message-ID: <reply@far.test>

I am out of the office until Monday.
MAIL
}

# contrib_as_ann FILE TARGET: a recipe as it ships, as a file of the user.
contrib_as_ann() {
    cp "$top/contrib/$1" "$2"
    chown ann: "$2"
    chmod 600 "$2"
}

inject() {
    sendmail -i -f dan@far.test -- "$1" <"$T/plain"
    sendmail -i -f '<>' -- "$1" <"$T/forged"
}
landed() {
    [ "$(messages $box) $(messages $box/.Backscatter)" = "$1 $2" ]
}
clear_box() {
    rm -rf "$box"
    make_maildir "$box"
    chown -R ann: "$box"
}
log_lines() { mta_log 2>/dev/null | wc -l; }

# survives NAME ADDRESS BREAK MEND
survives() {
    clear_box
    mark=$(log_lines)
    eval "$3"
    inject "$2"
    ok wait_for 10 tried 2 -- "$1: it is tried"
    ok landed 0 0 -- "$1: and not delivered"
    eval "$4"
    mta_flush >/dev/null 2>&1
    if ! wait_for 12 landed 1 1; then
        mta_log | grep -a 'ann@' | tail -n 12 | sed 's/^/# /'
    fi
    ok landed 1 1 -- "$1: but kept, and delivered once it is mended"
}

recipe() {
    clear_box
    inject "$2"
    if ! wait_for 10 landed 1 1; then
        mta_log | grep -a 'ann@' | tail -n 12 | sed 's/^/# /'
    fi
    ok landed 1 1 -- "$1: mail lands in the inbox, backscatter in Backscatter"
    is "$(cat $box/new/* | grep -c '^Friday?$')$(find $box -user ann -type f -path '*/new/*' | wc -l)" 12 "$1: whole, and the user's"
    survives "$1, Maildir not writable" "$2" "chmod 500 $box $box/*" "chmod 700 $box $box/*"
    survives "$1, program missing" "$2" "mv $installed $installed.away" "mv $installed.away $installed"
    survives "$1, configuration broken" "$2" "printf 'wrong\\n' >>/home/ann/.config/backsift/backsift.conf" \
        "sed -i '\$d' /home/ann/.config/backsift/backsift.conf"
}
