# Completion of kubectl-hostnet for fish:
#   kubectl hostnet completion fish | source    # in ~/.config/fish/config.fish
# `kubectl hostnet` is completed by kubectl's own script, which asks the program kubectl_complete-hostnet. pip and pipx
# install it; after krew, which installs one program only, run once: kubectl hostnet completion --install
function __kubectl_hostnet_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    # Values come without the option: fish wants the whole word.
    set -l before (string match -r -- '^-.*=' "$current")
    set -l directive 0
    set -l found 0
    for line in ($program __complete $words[2..-1] "$current" 2>/dev/null)
        if string match -q -r '^:\d+$' -- $line
            set directive (string sub -s 2 -- $line)
        else
            set found 1
            echo "$before$line"
        end
    end
    if test $found -eq 0; and test (math "$directive % 8") -lt 4
        __fish_complete_path (string replace -r -- '^-.*=' '' "$current")
    end
end
complete -c kubectl-hostnet -f -k -a '(__kubectl_hostnet_complete)'
