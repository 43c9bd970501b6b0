#!/bin/sh
# Postfix hands mail to backsift: .forward, an alias file, a transport by pipe(8), a catch-all.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
. "$here/mta/postfix.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root $mta_packages

tried() { [ "$(mta_log | tail -n +$((mark + 1)) | grep -v 'to=<dan@far.test>' | grep -c 'status=deferred')" -ge "$1" ]; }

caller_setup

mta_start || { mta_log; fail "Postfix starts"; done_testing; }
cat "$top/contrib/pipe/postfix.cf" >>/etc/postfix/master.cf
printf '@cat.test ann\n' >/etc/postfix/virtual
postmap /etc/postfix/virtual
postconf -e 'myorigin = home.test' 'virtual_alias_domains = cat.test' 'virtual_alias_maps = hash:/etc/postfix/virtual' \
    'virtual_mailbox_domains = pipe.test' 'virtual_transport = backsift' \
    'backsift_destination_recipient_limit = 1' 'alias_maps = hash:/home/ann/aliases'
contrib_as_ann aliases/postfix.aliases /home/ann/aliases
sed -i 's/^ann:/list:/' /home/ann/aliases
postalias /home/ann/aliases
chown ann: /home/ann/aliases*
postfix reload >/dev/null 2>&1

contrib_as_ann forward/postfix.forward /home/ann/.forward
recipe .forward ann@home.test
recipe catch-all anything@cat.test
rm /home/ann/.forward
recipe aliases list@home.test
recipe 'pipe(8)' someone@pipe.test
is "$(mta_log | grep -c 'status=bounced')" 0 "nothing was ever bounced"

# A wrong option in somebody's .forward.
printf '"|%s deliver --wrong || exit 75"\n' $installed >/home/ann/.forward
chown ann: /home/ann/.forward
survives "wrong option" ann@home.test : "printf '\"|%s deliver || exit 75\"\\n' $installed >/home/ann/.forward"
like "$(mta_log)" "*dsn=4.3.0*option '--wrong'*" "Postfix tells the reason by its status"
is "$(mta_log | grep -c 'status=bounced')" 0 "nor then"
postfix stop >/dev/null 2>&1
done_testing
