#!/bin/sh
# The one direction of DESIGN.md's flow: a stage includes only what stands above it. Also: no file
# of src/ reads argv or exits outside cmd/, but for programs that run when backsift is built.
set -u
cd "$(dirname "$0")/.." || exit 1
stages='base config message report rules evidence store sources verdict mailbox digest cmd'
bad=0
above=
for stage in $stages; do
    above="$above $stage"
    for file in src/"$stage"/*.[ch] src/"$stage"/*/*.[ch]; do
        [ -e "$file" ] || continue
        used_stages=$(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file" | sort -u)
        for used in $used_stages; do
            case " $above " in
            *" $used "*) ;;
            *)
                echo "$file: includes $used/, which stands below $stage/"
                bad=1
                ;;
            esac
        done
        if [ "$stage" != cmd ] && ! grep -q '^int main' "$file" && grep -nE '\b(exit|argv)\b *(\(|\[)' "$file" | grep -v '_exit *('; then
            echo "$file: only cmd/ exits and reads argv"
            bad=1
        fi
    done
done
exit $bad
