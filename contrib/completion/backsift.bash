# bash completion for backsift. Commands, actions and options are what the installed program's own
# --help says, so that this file need not follow it; accounts are those of the configuration.
# shellcheck shell=bash

# The words that begin a line of a part of --help, such as "Commands:".
_backsift_part() { # PART [COMMAND]
    "${COMP_WORDS[0]}" ${2:+"$2"} --help 2>/dev/null |
        awk -v part="$1:" '$0 == part { on = 1; next } /^[^ ]|^$/ { on = 0 } on && /^  [a-z]/ { print $1 }'
}

_backsift_options() { # [COMMAND]
    "${COMP_WORDS[0]}" ${1:+"$1"} --help 2>/dev/null | grep -oE -- '^ +(-[a-zA-Z0-9], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'
}

_backsift_accounts() {
    sed -n 's/^\[ *imap *"\([^"]*\)" *\].*/imap:\1/p' \
        "${XDG_CONFIG_HOME:-$HOME/.config}/backsift/backsift.conf" 2>/dev/null
}

_backsift() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        case $word in
        -*) words=$(_backsift_options) ;;
        *) words=$(_backsift_part Commands) ;;
        esac
    else
        case $word in
        -*) words=$(_backsift_options "$command") ;;
        *)
            words="$(_backsift_part Actions "$command")"
            case $command in sweep | watch | record) words="$words $(_backsift_accounts)" ;; esac
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    # A colon parts words for readline: what stands before it is there already.
    if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$word"
    fi
}

complete -o default -F _backsift backsift
