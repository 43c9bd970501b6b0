#!/bin/sh
# contrib/completion offers what the program's own --help says.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v bash >/dev/null || skip_all "needs bash"

# complete WORD...: what is offered for the last word, on one line.
offered() {
    bash -c '
        . "$1/contrib/completion/backsift.bash"
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _backsift
        echo "${COMPREPLY[*]}"' bash "$top" "$BACKSIFT" "$@"
}

is "$(offered re)" "record recheck report" "commands by their beginning"
is "$(offered --v)" "--version" "options of the program"
is "$(offered deliver --max)" "" "nothing for an option that is not there"
is "$(offered deliver --mai)" "--maildir" "options of a command"
is "$(offered rules w)" "which" "actions of a command"
config '[imap "work"]' 'host = mail.example'
like "$(offered sweep im)" "imap:work" "accounts of the configuration"
for command in $("$BACKSIFT" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    like " $(offered "$command" --h) " "* --help *" "$command has --help"
done
done_testing
