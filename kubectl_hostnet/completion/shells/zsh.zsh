#compdef kubectl-hostnet
# Completion of kubectl-hostnet for zsh:
#   source <(kubectl hostnet completion zsh)    # in ~/.zshrc, after compinit
# `kubectl hostnet` is completed by kubectl's own script, which asks the program kubectl_complete-hostnet. pip and pipx
# install it; after krew, which installs one program only, run once: kubectl hostnet completion --install
_kubectl_hostnet() {
    local -a lines answers
    local line directive=0
    lines=("${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in "${lines[@]}"; do
        case $line in
            :*) directive=${line#:} ;;
            *$'\t'*) answers+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            ?*) answers+=("${line//:/\\:}") ;;
        esac
    done
    # Values come without the option: `--output=` stays where it is.
    [[ $PREFIX == -*=* ]] && compset -P '*='
    if (( ${#answers} )); then
        if (( directive & 2 )); then
            _describe -V 'kubectl hostnet' answers -S ''
        else
            _describe -V 'kubectl hostnet' answers
        fi
    elif (( ! (directive & 4) )); then
        _files
    fi
}
# Autoloaded from fpath, the function is called at once; sourced, it is only registered.
if [[ ${funcstack[1]} == _kubectl_hostnet || ${funcstack[1]} == _kubectl-hostnet ]]; then
    _kubectl_hostnet "$@"
else
    compdef _kubectl_hostnet kubectl-hostnet
fi
