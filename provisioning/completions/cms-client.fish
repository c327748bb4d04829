function __cms-client_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cms-client_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __cms-client_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cms-client_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __cms-client_parse_tokens -S
    set -l unparsed_tokens (__cms-client_tokens -pc)
    switch $unparsed_tokens[1]
    case 'cms-client'
        __cms-client_parse_subcommand 0 'mode=' 'controller=' 'group=' 'identity=' 'balance=' 'n=' 'concurrency=' 'rate=' 'duration=' 'requests=' 'timeout=' 'connect-timeout=' 'low-duration=' 'pause=' 'tail=' 'ramp-timeout=' 'seed=' 'output=' 'plain' 'log-file=' 'events-file=' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'help'
            __cms-client_parse_subcommand -r 1 'version'
        end
    end
end

function __cms-client_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __cms-client_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __cms-client_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __cms-client_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__cms-client_tokens -p)
    if test -z "$(__cms-client_tokens -t)"
        set -l index (count (__cms-client_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'cms-client' -f
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" mode' -l 'mode' -d 'What load to make.' -rfka 'low high ramp'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" controller' -l 'controller' -d 'The controller, HOST or HOST:PORT; the port is 7000 unless given. Default: $CMS_CONTROLLER.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" group' -l 'group' -d 'The group to send to. Default: the controller\'s first one.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" identity' -l 'identity' -d 'Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" balance' -l 'balance' -d 'How an endpoint is chosen.' -rfka 'random least-outstanding'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" n' -l 'n' -d 'The n to ask for, 30...33 or 30; 0 to 93. Default: 15...25 (low), 30...33 (high, ramp\'s high).' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" concurrency' -l 'concurrency' -d 'Requests under way (in ramp: of the high phase). Default: 5 (low); 24, or 12 an endpoint (high).' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" rate' -l 'rate' -d 'Send so many requests a second, whatever the answers do, instead of keeping a number under way.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" duration' -l 'duration' -d 'End low or high after this time, such as 500ms, 10s, 2m.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" requests' -l 'requests' -d 'End low or high after so many requests.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" timeout' -l 'timeout' -d 'The longest time for one request, all attempts together.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" connect-timeout' -l 'connect-timeout' -d 'The longest time to open a connection.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" low-duration' -l 'low-duration' -d 'ramp: the length of the low phase.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" pause' -l 'pause' -d 'ramp: the pause between low and high.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" tail' -l 'tail' -d 'ramp: how long to go on after a new instance has answered.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" ramp-timeout' -l 'ramp-timeout' -d 'ramp: how long to wait for a new instance.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" seed' -l 'seed' -d 'Repeat the same choices of n and endpoint.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" output' -l 'output' -d 'What goes to standard output: text for people, or one JSON object for each event.' -rfka 'text json'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" plain' -l 'plain' -d 'Print plain lines on a terminal, too, instead of the live view.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" log-file' -l 'log-file' -d 'Write one line for each answer to this file, which is made anew.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" events-file' -l 'events-file' -d 'Write each event as a line of JSON to this file, which is made anew.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client help" version' -l 'version' -d 'Show the version.'
