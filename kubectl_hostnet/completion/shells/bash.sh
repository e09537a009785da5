# Completion of kubectl-hostnet for bash (3.2 or newer):
#   source <(kubectl hostnet completion bash)   # in ~/.bashrc
# `kubectl hostnet` is completed by kubectl's own script, which asks the program kubectl_complete-hostnet. pip and pipx
# install it; after krew, which installs one program only, run once: kubectl hostnet completion --install
_kubectl_hostnet() {
    local words=() last=-1 glue='' word line directive=0
    local cur="${COMP_WORDS[COMP_CWORD]}"
    # bash splits words at = and :; the program wants them whole.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $last -ge 0 && ( $word == '=' || $word == ':' || -n $glue ) ]]; then
            words[last]+="$word"
        else
            last=$((last + 1))
            words[last]="$word"
        fi
        if [[ $word == '=' || $word == ':' ]]; then glue=1; else glue=''; fi
    done
    [[ $cur == '=' || $cur == ':' ]] && cur=''
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :* ]]; then
            directive="${line#:}"
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
    if [[ $((directive & 2)) -ne 0 ]]; then
        type compopt >/dev/null 2>&1 && compopt -o nospace 2>/dev/null
    fi
    if [[ ${#COMPREPLY[@]} -eq 0 && $((directive & 4)) -eq 0 ]]; then
        type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    fi
}
complete -F _kubectl_hostnet kubectl-hostnet
