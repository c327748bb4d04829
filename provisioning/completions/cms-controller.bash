#!/bin/bash

__cms-controller_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__cms-controller_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__cms-controller_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__cms-controller_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_cms-controller() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __cms-controller_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    run|status|instances|host|events|scale|pause|resume|drain|protect|unprotect|retry|rollout|reload|backup|report|simulate|token|join|client|store|validate|schema|version|help)
        # Offer subcommand argument completions
        "_cms-controller_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'run status instances host events scale pause resume drain protect unprotect retry rollout reload backup report simulate token join client store validate schema version help' -- "${cur}"))
        ;;
    esac
}

_cms-controller_run() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--connect --advertise)
    non_repeating_options=(--hosts --listen --web-listen --web-token-file --state-dir --history-size --min --max --standby --threshold --samples --interval --start-deadline --attempts --quarantine --drain-timeout --agent-certificate-lifetime --client-certificate-lifetime --name --log-file --spans-file --config --log-format --log-level)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--hosts')
        return
        ;;
    '--connect')
        return
        ;;
    '--listen')
        return
        ;;
    '--web-listen')
        return
        ;;
    '--web-token-file')
        __cms-controller_add_completions -f
        return
        ;;
    '--state-dir')
        return
        ;;
    '--history-size')
        return
        ;;
    '--min')
        return
        ;;
    '--max')
        return
        ;;
    '--standby')
        return
        ;;
    '--threshold')
        return
        ;;
    '--samples')
        return
        ;;
    '--interval')
        return
        ;;
    '--start-deadline')
        return
        ;;
    '--attempts')
        return
        ;;
    '--quarantine')
        return
        ;;
    '--drain-timeout')
        return
        ;;
    '--agent-certificate-lifetime')
        return
        ;;
    '--client-certificate-lifetime')
        return
        ;;
    '--advertise')
        return
        ;;
    '--name')
        return
        ;;
    '--log-file')
        return
        ;;
    '--spans-file')
        __cms-controller_add_completions -f
        return
        ;;
    '--config')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    '--log-format')
        __cms-controller_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--log-level')
        __cms-controller_add_completions -W 'trace'$'\n''debug'$'\n''info'$'\n''notice'$'\n''warning'$'\n''error'$'\n''critical'
        return
        ;;
    esac
}

_cms-controller_status() {
    repeating_flags=()
    non_repeating_flags=(--why --watch --json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_instances() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--group --state-dir --identity)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--group')
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion instances -- --group "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_host() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|cordon|uncordon|evacuate)
        # Offer subcommand argument completions
        "_cms-controller_host_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list cordon uncordon evacuate' -- "${cur}"))
        ;;
    esac
}

_cms-controller_host_list() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_host_cordon() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion host cordon -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_host_uncordon() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion host uncordon -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_host_evacuate() {
    repeating_flags=()
    non_repeating_flags=(--no-wait --json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion host evacuate -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_events() {
    repeating_flags=()
    non_repeating_flags=(--follow -f --json --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--since --kind --instance --group --limit --state-dir --identity)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--since')
        return
        ;;
    '--kind')
        __cms-controller_add_completions -W 'overload'$'\n''overload.ended'$'\n''scale-out.decided'$'\n''reserve.empty'$'\n''scale-in.decided'$'\n''instance.draining'$'\n''instance.drained'$'\n''instance.resumed'$'\n''instance.replaced'$'\n''standby.ready'$'\n''standby.refreshed'$'\n''standby.retired'$'\n''breaker.opened'$'\n''breaker.closed'$'\n''scale-out.blocked'$'\n''instance.protected'$'\n''group.paused'$'\n''group.resumed'$'\n''group.sized'$'\n''group.released'$'\n''group.owned'$'\n''group.retried'$'\n''hook.failed'$'\n''configuration.reloaded'$'\n''backup.taken'$'\n''configuration.refused'$'\n''rollout.started'$'\n''rollout.finished'$'\n''rollout.failed'$'\n''instance.created'$'\n''instance.removed'$'\n''instance.starting'$'\n''instance.started'$'\n''instance.adopted'$'\n''agent.enrolled'$'\n''agent.registered'$'\n''instance.located'$'\n''instance.probed'$'\n''endpoints.changed'$'\n''instance.unhealthy'$'\n''instance.failed'$'\n''instance.quarantined'$'\n''instance.stopped'$'\n''instance.gone'$'\n''query.failed'$'\n''query.recovered'$'\n''hypervisor.connected'$'\n''hypervisor.lost'$'\n''host.lost'$'\n''host.returned'$'\n''host.cordoned'$'\n''host.uncordoned'$'\n''host.evacuating'$'\n''host.evacuated'$'\n''instance.disputed'$'\n''instance.settled'$'\n''hypervisor.domain-hung'$'\n''hypervisor.domain-answers'$'\n''peer.refused'$'\n''controller.started'$'\n''controller.joined'$'\n''store.failed'$'\n''store.recovered'$'\n''history.failed'$'\n''history.recovered'
        return
        ;;
    '--instance')
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion events -- --instance "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    '--group')
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion events -- --group "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    '--limit')
        return
        ;;
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_scale() {
    repeating_flags=()
    non_repeating_flags=(--auto --wait --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--for --timeout --state-dir --identity)
    __cms-controller_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--for')
        return
        ;;
    '--timeout')
        return
        ;;
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion scale -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_pause() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion pause -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_resume() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion resume -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_drain() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion drain -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_protect() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion protect -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_unprotect() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion unprotect -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_retry() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--group --state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--group')
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion retry -- --group "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion retry -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_rollout() {
    repeating_flags=()
    non_repeating_flags=(--abort --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--hold --state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--hold')
        return
        ;;
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -W "$(__cms-controller_custom_complete ---completion rollout -- positional@0 "${COMP_CWORD}" "$(__cms-controller_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cms-controller_reload() {
    repeating_flags=()
    non_repeating_flags=(--signal --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_backup() {
    repeating_flags=()
    non_repeating_flags=(--force --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--state-dir --identity)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cms-controller_add_completions -f
        return
        ;;
    esac
}

_cms-controller_report() {
    repeating_flags=()
    non_repeating_flags=(--force --version -h --help)
    repeating_options=(--controller --controllers)
    non_repeating_options=(--since --until --group --out --state-dir --identity)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--since')
        return
        ;;
    '--until')
        return
        ;;
    '--group')
        return
        ;;
    '--out')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(html|png)'
        return
        ;;
    '--controller'|'--controllers')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--identity')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_simulate() {
    repeating_flags=()
    non_repeating_flags=(--decisions --json --version -h --help)
    repeating_options=(--compare)
    non_repeating_options=(--trace --workload --policy --group --vcpus --service-time --queue --boot --resume --standby --min --max --seed --chart)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--trace')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(jsonl)'
        return
        ;;
    '--workload')
        return
        ;;
    '--policy')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    '--compare')
        return
        ;;
    '--group')
        return
        ;;
    '--vcpus')
        return
        ;;
    '--service-time')
        return
        ;;
    '--queue')
        return
        ;;
    '--boot')
        return
        ;;
    '--resume')
        return
        ;;
    '--standby')
        return
        ;;
    '--min')
        return
        ;;
    '--max')
        return
        ;;
    '--seed')
        return
        ;;
    '--chart')
        __cms-controller_add_completions -f
        return
        ;;
    esac
}

_cms-controller_token() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    create)
        # Offer subcommand argument completions
        "_cms-controller_token_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'create' -- "${cur}"))
        ;;
    esac
}

_cms-controller_token_create() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(--connect --advertise)
    non_repeating_options=(--for-controller --ttl --hosts --listen --web-listen --web-token-file --state-dir --history-size --min --max --standby --threshold --samples --interval --start-deadline --attempts --quarantine --drain-timeout --agent-certificate-lifetime --client-certificate-lifetime --name --log-file --spans-file --config)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--for-controller')
        return
        ;;
    '--ttl')
        return
        ;;
    '--hosts')
        return
        ;;
    '--connect')
        return
        ;;
    '--listen')
        return
        ;;
    '--web-listen')
        return
        ;;
    '--web-token-file')
        __cms-controller_add_completions -f
        return
        ;;
    '--state-dir')
        return
        ;;
    '--history-size')
        return
        ;;
    '--min')
        return
        ;;
    '--max')
        return
        ;;
    '--standby')
        return
        ;;
    '--threshold')
        return
        ;;
    '--samples')
        return
        ;;
    '--interval')
        return
        ;;
    '--start-deadline')
        return
        ;;
    '--attempts')
        return
        ;;
    '--quarantine')
        return
        ;;
    '--drain-timeout')
        return
        ;;
    '--agent-certificate-lifetime')
        return
        ;;
    '--client-certificate-lifetime')
        return
        ;;
    '--advertise')
        return
        ;;
    '--name')
        return
        ;;
    '--log-file')
        return
        ;;
    '--spans-file')
        __cms-controller_add_completions -f
        return
        ;;
    '--config')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_cms-controller_join() {
    repeating_flags=()
    non_repeating_flags=(--force --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--token --ca-hash --name --state-dir)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--token')
        return
        ;;
    '--ca-hash')
        return
        ;;
    '--name')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    esac
}

_cms-controller_client() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    add)
        # Offer subcommand argument completions
        "_cms-controller_client_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'add' -- "${cur}"))
        ;;
    esac
}

_cms-controller_client_add() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--out --role --state-dir --lifetime)
    __cms-controller_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--out')
        __cms-controller_add_completions -d
        return
        ;;
    '--role')
        __cms-controller_add_completions -W 'client'$'\n''operator'
        return
        ;;
    '--state-dir')
        return
        ;;
    '--lifetime')
        return
        ;;
    esac
}

_cms-controller_store() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    migrate)
        # Offer subcommand argument completions
        "_cms-controller_store_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'migrate' -- "${cur}"))
        ;;
    esac
}

_cms-controller_store_migrate() {
    repeating_flags=()
    non_repeating_flags=(--force --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--from --to --state-dir --config)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--from')
        return
        ;;
    '--to')
        return
        ;;
    '--state-dir')
        __cms-controller_add_completions -d
        return
        ;;
    '--config')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_cms-controller_validate() {
    repeating_flags=()
    non_repeating_flags=(--offline --version -h --help)
    repeating_options=(--connect --advertise)
    non_repeating_options=(--hosts --listen --web-listen --web-token-file --state-dir --history-size --min --max --standby --threshold --samples --interval --start-deadline --attempts --quarantine --drain-timeout --agent-certificate-lifetime --client-certificate-lifetime --name --log-file --spans-file --config)
    __cms-controller_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--hosts')
        return
        ;;
    '--connect')
        return
        ;;
    '--listen')
        return
        ;;
    '--web-listen')
        return
        ;;
    '--web-token-file')
        __cms-controller_add_completions -f
        return
        ;;
    '--state-dir')
        return
        ;;
    '--history-size')
        return
        ;;
    '--min')
        return
        ;;
    '--max')
        return
        ;;
    '--standby')
        return
        ;;
    '--threshold')
        return
        ;;
    '--samples')
        return
        ;;
    '--interval')
        return
        ;;
    '--start-deadline')
        return
        ;;
    '--attempts')
        return
        ;;
    '--quarantine')
        return
        ;;
    '--drain-timeout')
        return
        ;;
    '--agent-certificate-lifetime')
        return
        ;;
    '--client-certificate-lifetime')
        return
        ;;
    '--advertise')
        return
        ;;
    '--name')
        return
        ;;
    '--log-file')
        return
        ;;
    '--spans-file')
        __cms-controller_add_completions -f
        return
        ;;
    '--config')
        __cms-controller_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_cms-controller_schema() {
    repeating_flags=()
    non_repeating_flags=(--reference --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options 0
}

_cms-controller_version() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options 0
}

_cms-controller_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __cms-controller_offer_flags_options -1
}

complete -o filenames -F _cms-controller cms-controller
