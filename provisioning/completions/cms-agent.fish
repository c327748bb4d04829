function __cms-agent_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cms-agent_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __cms-agent_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cms-agent_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __cms-agent_parse_tokens -S
    set -l unparsed_tokens (__cms-agent_tokens -pc)
    switch $unparsed_tokens[1]
    case 'cms-agent'
        __cms-agent_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __cms-agent_parse_subcommand 0 'listen=' 'controller=+' 'ca-hash=' 'uuid=' 'state-dir=' 'upstream=' 'health=' 'certificate=' 'key=' 'concurrency=' 'connect-timeout=' 'response-timeout=' 'stream-timeout=' 'tunnel-timeout=' 'trusted-proxies=+' 'service=' 'health-command=' 'metrics=' 'in-flight=' 'duration=' 'control-group=' 'drain-command=' 'max-n=' 'queue=' 'request-deadline=' 'workers=' 'max-connections=' 'hold-file=' 'set-clock' 'log-format=' 'log-level=' 'version' 'h/help'
        case 'enroll'
            __cms-agent_parse_subcommand 0 'token=' 'controller=+' 'ca-hash=' 'uuid=' 'state-dir=' 'version' 'h/help'
        case 'version'
            __cms-agent_parse_subcommand 0 'version' 'h/help'
        case 'help'
            __cms-agent_parse_subcommand -r 1 'version'
        end
    end
end

function __cms-agent_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __cms-agent_parse_subcommand -S -a positional_count
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

function __cms-agent_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __cms-agent_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__cms-agent_tokens -p)
    if test -z "$(__cms-agent_tokens -t)"
        set -l index (count (__cms-agent_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'cms-agent' -f
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent" version' -l 'version' -d 'Show the version.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_positional "cms-agent" -eq 1' -fa 'run' -d 'Serve until stopped; enroll first if there is no valid identity.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_positional "cms-agent" -eq 1' -fa 'enroll' -d 'Get this machine\'s identity from the controller with a join token, once, and keep it.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_positional "cms-agent" -eq 1' -fa 'version' -d 'Print the version.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_positional "cms-agent" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" listen' -l 'listen' -d 'Where the HTTPS endpoint listens; [::] is every address, IPv4 and IPv6.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run"' -l 'controller' -l 'controllers' -d 'The controller, or several with commas between them; the first one is asked first.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" ca-hash' -l 'ca-hash' -d 'The fingerprint of the controller\'s certificate authority, as \'cms-controller token create\' prints it.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" uuid' -l 'uuid' -d 'The machine\'s UUID, if it is not the DMI product UUID (which only root can read).' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" state-dir' -l 'state-dir' -d 'Where the identity is kept. (default: $STATE_DIRECTORY, else /var/lib/cms-agent)' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" upstream' -l 'upstream' -d 'Stand in front of this service instead of serving Fibonacci numbers: http://HOST:PORT or unix:/PATH.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" health' -l 'health' -d 'What says whether the service is well, by a status from 200 to 399: a path with --upstream, a URL with --service. (default: a connection is enough)' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" certificate' -l 'certificate' -d 'The certificate chain, PEM, for clients that ask for a name; followed when it changes. (default: the identity from the controller)' -rF
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" key' -l 'key' -d 'The private key of --certificate, PEM.' -rF
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" concurrency' -l 'concurrency' -d 'The most requests at the service at a time, 1 to 1000000.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" connect-timeout' -l 'connect-timeout' -d 'The longest wait for a connection to the service, 0.01 to 3600.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" response-timeout' -l 'response-timeout' -d 'The longest wait for the service\'s answer to begin, 0.01 to 86400.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" stream-timeout' -l 'stream-timeout' -d 'The longest silence in the middle of a request or an answer, 1 to 86400.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" tunnel-timeout' -l 'tunnel-timeout' -d 'The longest silence on a WebSocket or the like, 1 to 604800.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run"' -l 'trusted-proxies' -d 'Networks of balancers in front whose Forwarded and X-Forwarded fields are believed, for example 10.0.0.0/24.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" service' -l 'service' -d 'Stand beside this service, which clients reach without the agent: https://{address}:8443, or tcp:// and the port for one that does not speak HTTP; {address} is this machine\'s address.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" health-command' -l 'health-command' -d 'With --service, in place of --health: run by sh each 2 seconds; the service is well when it ends with 0 within 2 seconds.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" metrics' -l 'metrics' -d 'With --service: its page of metrics in Prometheus\' format, read every second.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" in-flight' -l 'in-flight' -d 'The gauge on --metrics that counts requests being worked on.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" duration' -l 'duration' -d 'The histogram on --metrics of the seconds that requests take.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" control-group' -l 'control-group' -d 'With --service: the control group of its processes, whose CPU time is read: system.slice/app.service.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" drain-command' -l 'drain-command' -d 'With --service: run by sh when the machine drains, to have the service finish.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" max-n' -l 'max-n' -d 'The largest n that is computed, 1 to 93.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" queue' -l 'queue' -d 'The most requests that wait for their turn. (default: 64 for each worker; 1024 with --upstream)' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" request-deadline' -l 'request-deadline' -d 'The longest time a request may take, 0.01 to 3600.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" workers' -l 'workers' -d 'Threads that compute. (default: one for each vCPU)' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" max-connections' -l 'max-connections' -d 'The most connections at a time.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" hold-file' -l 'hold-file' -d 'While this file exists, the controller is asked not to stop this machine.' -rF
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" set-clock' -l 'set-clock' -d 'Set the machine\'s clock after it was paused; needs CAP_SYS_TIME.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" log-format' -l 'log-format' -d 'The form of the log lines on standard error.' -rfka 'text json'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" log-level' -l 'log-level' -d 'The lowest level logged.' -rfka 'trace debug info notice warning error critical'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" version' -l 'version' -d 'Show the version.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll" token' -l 'token' -d 'The single-use join token.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll"' -l 'controller' -l 'controllers' -d 'The controller, or several with commas between them; the first one is asked first.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll" ca-hash' -l 'ca-hash' -d 'The fingerprint of the controller\'s certificate authority, as \'cms-controller token create\' prints it.' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll" uuid' -l 'uuid' -d 'The machine\'s UUID, if it is not the DMI product UUID (which only root can read).' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll" state-dir' -l 'state-dir' -d 'Where the identity is kept. (default: $STATE_DIRECTORY, else /var/lib/cms-agent)' -rfka ''
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll" version' -l 'version' -d 'Show the version.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent enroll" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent version" version' -l 'version' -d 'Show the version.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent version" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-agent' -n '__cms-agent_should_offer_completions_for_flags_or_options "cms-agent help" version' -l 'version' -d 'Show the version.'
