function __cms-controller_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cms-controller_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __cms-controller_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cms-controller_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __cms-controller_parse_tokens -S
    set -l unparsed_tokens (__cms-controller_tokens -pc)
    switch $unparsed_tokens[1]
    case 'cms-controller'
        __cms-controller_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __cms-controller_parse_subcommand 0 'hosts=' 'connect=+' 'listen=' 'web-listen=' 'web-token-file=' 'state-dir=' 'history-size=' 'min=' 'max=' 'standby=' 'threshold=' 'samples=' 'interval=' 'start-deadline=' 'attempts=' 'quarantine=' 'drain-timeout=' 'agent-certificate-lifetime=' 'client-certificate-lifetime=' 'advertise=+' 'name=' 'log-file=' 'spans-file=' 'config=' 'log-format=' 'log-level=' 'version' 'h/help'
        case 'status'
            __cms-controller_parse_subcommand 0 'why' 'watch' 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'instances'
            __cms-controller_parse_subcommand 0 'group=' 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'host'
            __cms-controller_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __cms-controller_parse_subcommand 0 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
            case 'cordon'
                __cms-controller_parse_subcommand 1 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
            case 'uncordon'
                __cms-controller_parse_subcommand 1 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
            case 'evacuate'
                __cms-controller_parse_subcommand 1 'no-wait' 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
            end
        case 'events'
            __cms-controller_parse_subcommand 0 'f/follow' 'since=' 'kind=' 'instance=' 'group=' 'limit=' 'json' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'scale'
            __cms-controller_parse_subcommand 2 'auto' 'for=' 'wait' 'timeout=' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'pause'
            __cms-controller_parse_subcommand 1 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'resume'
            __cms-controller_parse_subcommand 1 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'drain'
            __cms-controller_parse_subcommand 1 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'protect'
            __cms-controller_parse_subcommand 1 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'unprotect'
            __cms-controller_parse_subcommand 1 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'retry'
            __cms-controller_parse_subcommand 1 'group=' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'rollout'
            __cms-controller_parse_subcommand 1 'abort' 'hold=' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'reload'
            __cms-controller_parse_subcommand 0 'signal' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'backup'
            __cms-controller_parse_subcommand 1 'force' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'report'
            __cms-controller_parse_subcommand 0 'since=' 'until=' 'group=' 'out=' 'force' 'controller=+' 'state-dir=' 'identity=' 'version' 'h/help'
        case 'simulate'
            __cms-controller_parse_subcommand 0 'trace=' 'workload=' 'policy=' 'compare=+' 'group=' 'vcpus=' 'service-time=' 'queue=' 'boot=' 'resume=' 'standby=' 'min=' 'max=' 'seed=' 'chart=' 'decisions' 'json' 'version' 'h/help'
        case 'token'
            __cms-controller_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'create'
                __cms-controller_parse_subcommand 1 'for-controller=' 'ttl=' 'json' 'hosts=' 'connect=+' 'listen=' 'web-listen=' 'web-token-file=' 'state-dir=' 'history-size=' 'min=' 'max=' 'standby=' 'threshold=' 'samples=' 'interval=' 'start-deadline=' 'attempts=' 'quarantine=' 'drain-timeout=' 'agent-certificate-lifetime=' 'client-certificate-lifetime=' 'advertise=+' 'name=' 'log-file=' 'spans-file=' 'config=' 'version' 'h/help'
            end
        case 'join'
            __cms-controller_parse_subcommand 1 'token=' 'ca-hash=' 'name=' 'state-dir=' 'force' 'json' 'version' 'h/help'
        case 'client'
            __cms-controller_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'add'
                __cms-controller_parse_subcommand 1 'out=' 'role=' 'state-dir=' 'lifetime=' 'version' 'h/help'
            end
        case 'store'
            __cms-controller_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'migrate'
                __cms-controller_parse_subcommand 0 'from=' 'to=' 'force' 'json' 'state-dir=' 'config=' 'version' 'h/help'
            end
        case 'validate'
            __cms-controller_parse_subcommand 0 'hosts=' 'connect=+' 'listen=' 'web-listen=' 'web-token-file=' 'state-dir=' 'history-size=' 'min=' 'max=' 'standby=' 'threshold=' 'samples=' 'interval=' 'start-deadline=' 'attempts=' 'quarantine=' 'drain-timeout=' 'agent-certificate-lifetime=' 'client-certificate-lifetime=' 'advertise=+' 'name=' 'log-file=' 'spans-file=' 'config=' 'offline' 'version' 'h/help'
        case 'schema'
            __cms-controller_parse_subcommand 0 'reference' 'version' 'h/help'
        case 'version'
            __cms-controller_parse_subcommand 0 'version' 'h/help'
        case 'help'
            __cms-controller_parse_subcommand -r 1 'version'
        end
    end
end

function __cms-controller_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __cms-controller_parse_subcommand -S -a positional_count
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

function __cms-controller_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __cms-controller_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__cms-controller_tokens -p)
    if test -z "$(__cms-controller_tokens -t)"
        set -l index (count (__cms-controller_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'cms-controller' -f
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'run' -d 'Run the controller (the default).'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'status' -d 'Show each group of a running controller: its instances, and why it has so many.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'instances' -d 'List the instances of a running controller.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'host' -d 'The hosts: what they have left and what runs there; keep instances away from one, or have them leave.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'events' -d 'Show what happened, the newest last.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'scale' -d 'Hold a group at a size, whatever the rules recommend; or let the rules decide again.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'pause' -d 'Have nothing of a group started, stopped or replaced until it is resumed.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'resume' -d 'Let a group that was paused be scaled again.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'drain' -d 'Take an instance out of service once its requests are answered; it goes to standby or is shut down.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'protect' -d 'Have scale in leave an instance alone.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'unprotect' -d 'Let scale in take an instance again.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'retry' -d 'Try again what failed: close a group\'s breaker and end quarantines.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'rollout' -d 'Replace a group\'s clones by clones of its present template, one by one.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'reload' -d 'Have the running controller read its configuration anew.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'backup' -d 'Write what the controller must not lose into a tar archive, while it runs.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'report' -d 'Write a run\'s story as one page, or as a picture.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'simulate' -d 'Run the engine over a recorded trace or a made-up load, faster than real time, and compare.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'token' -d 'Join tokens for machines that were not started by the controller, and for other controllers.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'join' -d 'Get the certificate authority of a running controller, to be a controller of the same authority.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'client' -d 'Certificates for clients and operators.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'store' -d 'What the controller must not lose, moved from one store to another.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'validate' -d 'Check the configuration, the range, libvirt, the state directory and the port, and change nothing.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'schema' -d 'Print the JSON Schema of the configuration file, or explain its keys.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'version' -d 'Print the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" hosts' -l 'hosts' -d 'The range in which the guests\' addresses lie.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run"' -l 'connect' -d 'The libvirt connection (default: qemu:///system); may be given several times, for several hosts.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" listen' -l 'listen' -d 'Where the API listens; [::]:7000 when a group has IPv6 hosts (default: 0.0.0.0:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" web-listen' -l 'web-listen' -d 'Where the dashboard and the metrics are served; none: nowhere. Without TLS on loopback, elsewhere with TLS and a token (default: 127.0.0.1:7080).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" web-token-file' -l 'web-token-file' -d 'A file with the token that the web interface asks for: on loopback before it steers, elsewhere before it shows anything.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" state-dir' -l 'state-dir' -d 'Where the state is kept (/var/lib/cms-controller for root).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" history-size' -l 'history-size' -d 'The most space that the history of samples and decisions takes in the state directory; none: none is kept (default: 512MiB).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" min' -l 'min' -d 'The fewest instances (default: 1).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" max' -l 'max' -d 'The most instances.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" standby' -l 'standby' -d 'Instances that are booted, enrolled and paused; their memory is held (default: 0).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" threshold' -l 'threshold' -d 'Percent of CPU over which an instance is overloaded (default: 75).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" samples' -l 'samples' -d 'Samples in a row over the threshold before scaling out (default: 3).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" interval' -l 'interval' -d 'The time between two samples, and between two decisions (default: 1s).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" start-deadline' -l 'start-deadline' -d 'How long an instance may take from when libvirt is told to start it until it serves (default: 3m).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" attempts' -l 'attempts' -d 'Failed starts before an instance is quarantined (default: 2).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" quarantine' -l 'quarantine' -d 'How long a quarantine lasts (default: 30m).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" drain-timeout' -l 'drain-timeout' -d 'How long work in flight may take to finish before the instance is stopped all the same (default: 60s).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" agent-certificate-lifetime' -l 'agent-certificate-lifetime' -d 'The lifetime of agents\' certificates (default: 24h).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" client-certificate-lifetime' -l 'client-certificate-lifetime' -d 'The lifetime of clients\' certificates (default: 30d).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run"' -l 'advertise' -d 'Where agents, clients and other controllers reach this one: names or addresses, for its certificate too, with the port unless it is that of listen; in one line, separated by commas; may be given several times.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" name' -l 'name' -d 'How this controller is called among those that share a store, each by another name; without it as the host is.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" log-file' -l 'log-file' -d 'A file that gets one line per VM and sample with time, VM and CPU.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" spans-file' -l 'spans-file' -d 'A file that gets a trace of each scale out and scale in, as lines of OTLP/JSON.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" config' -l 'config' -d 'A YAML file with the same settings and more; \'cms-controller schema --reference\' explains its keys. Flags win over CMS_… variables, those over the file.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" log-format' -l 'log-format' -d 'How log lines on standard error are written: text or json.' -rfka 'text json'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" log-level' -l 'log-level' -d 'The lowest level that is logged: trace, debug, info, notice, warning, error or critical.' -rfka 'trace debug info notice warning error critical'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" why' -l 'why' -d 'Also explain the last decision, and what would change it.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" watch' -l 'watch' -d 'Go on showing it until it is interrupted.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" json' -l 'json' -d 'Print JSON: an array of groups; with --watch one such line each second.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances" group' -l 'group' -d 'Only those of this group.' -rfka '(__cms-controller_custom_completion ---completion instances -- --group (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances" json' -l 'json' -d 'Print JSON: an array of instances.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller instances" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host" -eq 1' -fa 'list' -d 'List the hosts of a running controller.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host" -eq 1' -fa 'cordon' -d 'Have no instance started or woken on a host; those there go on.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host" -eq 1' -fa 'uncordon' -d 'Let a host take instances again; ends an evacuation where it is.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host" -eq 1' -fa 'evacuate' -d 'Have the instances of a host leave when others have taken their places elsewhere.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host list" json' -l 'json' -d 'Print JSON: an array of hosts.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host list"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host list" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host list" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host list" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host cordon" -eq 1' -fka '(__cms-controller_custom_completion ---completion host cordon -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host cordon" json' -l 'json' -d 'Print the host as JSON.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host cordon"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host cordon" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host cordon" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host cordon" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host cordon" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host uncordon" -eq 1' -fka '(__cms-controller_custom_completion ---completion host uncordon -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host uncordon" json' -l 'json' -d 'Print the host as JSON.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host uncordon"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host uncordon" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host uncordon" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host uncordon" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host uncordon" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller host evacuate" -eq 1' -fka '(__cms-controller_custom_completion ---completion host evacuate -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate" no-wait' -l 'no-wait' -d 'Do not wait for its end.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate" json' -l 'json' -d 'Print the host as JSON, and do not wait.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller host evacuate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" f follow' -l 'follow' -s 'f' -d 'Go on with what happens.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" since' -l 'since' -d 'Only events from then on: how long ago (2h), or a time such as 2026-11-27T10:00:00Z.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" kind' -l 'kind' -d 'Only events of these kinds, with commas between them.' -rfka 'overload overload.ended scale-out.decided reserve.empty scale-in.decided instance.draining instance.drained instance.resumed instance.replaced standby.ready standby.refreshed standby.retired breaker.opened breaker.closed scale-out.blocked instance.protected group.paused group.resumed group.sized group.released group.owned group.retried hook.failed configuration.reloaded backup.taken configuration.refused rollout.started rollout.finished rollout.failed instance.created instance.removed instance.starting instance.started instance.adopted agent.enrolled agent.registered instance.located instance.probed endpoints.changed instance.unhealthy instance.failed instance.quarantined instance.stopped instance.gone query.failed query.recovered hypervisor.connected hypervisor.lost host.lost host.returned host.cordoned host.uncordoned host.evacuating host.evacuated instance.disputed instance.settled hypervisor.domain-hung hypervisor.domain-answers peer.refused controller.started controller.joined store.failed store.recovered history.failed history.recovered'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" instance' -l 'instance' -d 'Only events of this instance, by name.' -rfka '(__cms-controller_custom_completion ---completion events -- --instance (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" group' -l 'group' -d 'Only events of this group.' -rfka '(__cms-controller_custom_completion ---completion events -- --group (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" limit' -l 'limit' -d 'The most events of the past, 1 to 10000 (default: 100, with --follow 20).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" json' -l 'json' -d 'Print JSON: one event a line.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller events" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller scale" -eq 1' -fka '(__cms-controller_custom_completion ---completion scale -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" auto' -l 'auto' -d 'Let the rules decide again.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" for' -l 'for' -d 'How long it is held, such as 30m or 1h.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" wait' -l 'wait' -d 'Wait until so many are in service.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" timeout' -l 'timeout' -d 'The longest that --wait waits.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller scale" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller pause" -eq 1' -fka '(__cms-controller_custom_completion ---completion pause -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller pause"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller pause" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller pause" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller pause" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller pause" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller resume" -eq 1' -fka '(__cms-controller_custom_completion ---completion resume -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller resume"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller resume" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller resume" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller resume" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller resume" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller drain" -eq 1' -fka '(__cms-controller_custom_completion ---completion drain -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller drain"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller drain" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller drain" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller drain" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller drain" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller protect" -eq 1' -fka '(__cms-controller_custom_completion ---completion protect -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller protect"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller protect" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller protect" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller protect" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller protect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller unprotect" -eq 1' -fka '(__cms-controller_custom_completion ---completion unprotect -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller unprotect"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller unprotect" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller unprotect" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller unprotect" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller unprotect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller retry" -eq 1' -fka '(__cms-controller_custom_completion ---completion retry -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller retry" group' -l 'group' -d 'The group.' -rfka '(__cms-controller_custom_completion ---completion retry -- --group (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller retry"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller retry" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller retry" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller retry" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller retry" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller rollout" -eq 1' -fka '(__cms-controller_custom_completion ---completion rollout -- positional@0 (count (__cms-controller_tokens -pc)) (__cms-controller_tokens -tC))'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout" abort' -l 'abort' -d 'End the rollout that is under way and go back to the template before.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout" hold' -l 'hold' -d 'Seconds that a new instance must be in service and well before an old one leaves.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller rollout" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller reload" signal' -l 'signal' -d 'Send SIGHUP to the controller of the state directory instead of asking over HTTPS.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller reload"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller reload" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller reload" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller reload" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller reload" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller backup" -eq 1' -F
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller backup" force' -l 'force' -d 'Replace a file that is there.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller backup"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller backup" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller backup" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller backup" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller backup" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" since' -l 'since' -d 'The begin: how long ago (2h), or a time (RFC 3339).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" until' -l 'until' -d 'The end, likewise (default: now).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" group' -l 'group' -d 'The group (default: the first one).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" out' -l 'out' -d 'The file to write: .html for a page, .png for a picture.' -rfa '(set -l exts \'html\' \'png\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" force' -l 'force' -d 'Replace the file when it is there.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report"' -l 'controller' -l 'controllers' -d 'The controller\'s address, or several with commas between them, of which the first is asked that answers (default: where the one of the state directory listens, else 127.0.0.1:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" state-dir' -l 'state-dir' -d 'The controller\'s state directory, on its own host (default: /var/lib/cms-controller for root).' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" identity' -l 'identity' -d 'A directory of \'client add NAME --role operator\', for a controller on another host.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller report" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" trace' -l 'trace' -d 'A recorded trace.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'jsonl\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" workload' -l 'workload' -d 'A built-in load: step, ramp, spike, diurnal, flapping, flash-crowd or all.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" policy' -l 'policy' -d 'A configuration file whose policy is tried (default: the recommended policy).' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate"' -l 'compare' -d 'Something to compare with: another configuration file, or hpa, aws, original. May be given repeatedly.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" group' -l 'group' -d 'The group of the configuration files (default: their first).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" vcpus' -l 'vcpus' -d 'The model: vCPUs of an instance.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" service-time' -l 'service-time' -d 'The model: CPU time of a request.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" queue' -l 'queue' -d 'The model: requests that may wait in an instance.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" boot' -l 'boot' -d 'The model: from the order to service by a boot.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" resume' -l 'resume' -d 'The model: from the order to service out of standby.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" standby' -l 'standby' -d 'The model: instances in standby (default: what the configuration file says).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" min' -l 'min' -d 'The model: the fewest instances.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" max' -l 'max' -d 'The model: the most instances.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" seed' -l 'seed' -d 'Seed of the load\'s scatter.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" chart' -l 'chart' -d 'Draw a chart into this PNG file.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" decisions' -l 'decisions' -d 'Also print every order with its reason.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" json' -l 'json' -d 'Print JSON, with the time series.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller simulate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller token" -eq 1' -fa 'create' -d 'Make a single-use join token for a domain, or for another controller, and print how to use it.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" for-controller' -l 'for-controller' -d 'Make the token for another controller, which is to be called so, in place of a domain.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" ttl' -l 'ttl' -d 'How long the token can be used.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" json' -l 'json' -d 'Print one JSON object.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" hosts' -l 'hosts' -d 'The range in which the guests\' addresses lie.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create"' -l 'connect' -d 'The libvirt connection (default: qemu:///system); may be given several times, for several hosts.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" listen' -l 'listen' -d 'Where the API listens; [::]:7000 when a group has IPv6 hosts (default: 0.0.0.0:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" web-listen' -l 'web-listen' -d 'Where the dashboard and the metrics are served; none: nowhere. Without TLS on loopback, elsewhere with TLS and a token (default: 127.0.0.1:7080).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" web-token-file' -l 'web-token-file' -d 'A file with the token that the web interface asks for: on loopback before it steers, elsewhere before it shows anything.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" state-dir' -l 'state-dir' -d 'Where the state is kept (/var/lib/cms-controller for root).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" history-size' -l 'history-size' -d 'The most space that the history of samples and decisions takes in the state directory; none: none is kept (default: 512MiB).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" min' -l 'min' -d 'The fewest instances (default: 1).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" max' -l 'max' -d 'The most instances.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" standby' -l 'standby' -d 'Instances that are booted, enrolled and paused; their memory is held (default: 0).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" threshold' -l 'threshold' -d 'Percent of CPU over which an instance is overloaded (default: 75).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" samples' -l 'samples' -d 'Samples in a row over the threshold before scaling out (default: 3).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" interval' -l 'interval' -d 'The time between two samples, and between two decisions (default: 1s).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" start-deadline' -l 'start-deadline' -d 'How long an instance may take from when libvirt is told to start it until it serves (default: 3m).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" attempts' -l 'attempts' -d 'Failed starts before an instance is quarantined (default: 2).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" quarantine' -l 'quarantine' -d 'How long a quarantine lasts (default: 30m).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" drain-timeout' -l 'drain-timeout' -d 'How long work in flight may take to finish before the instance is stopped all the same (default: 60s).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" agent-certificate-lifetime' -l 'agent-certificate-lifetime' -d 'The lifetime of agents\' certificates (default: 24h).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" client-certificate-lifetime' -l 'client-certificate-lifetime' -d 'The lifetime of clients\' certificates (default: 30d).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create"' -l 'advertise' -d 'Where agents, clients and other controllers reach this one: names or addresses, for its certificate too, with the port unless it is that of listen; in one line, separated by commas; may be given several times.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" name' -l 'name' -d 'How this controller is called among those that share a store, each by another name; without it as the host is.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" log-file' -l 'log-file' -d 'A file that gets one line per VM and sample with time, VM and CPU.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" spans-file' -l 'spans-file' -d 'A file that gets a trace of each scale out and scale in, as lines of OTLP/JSON.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" config' -l 'config' -d 'A YAML file with the same settings and more; \'cms-controller schema --reference\' explains its keys. Flags win over CMS_… variables, those over the file.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller token create" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" token' -l 'token' -d 'The single-use join token.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" ca-hash' -l 'ca-hash' -d 'The hash of the authority\'s certificate: sha256:…' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" name' -l 'name' -d 'How this controller is called (default: the host\'s name).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" state-dir' -l 'state-dir' -d 'Where this controller\'s state is (default: as of \'run\').' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" force' -l 'force' -d 'Replace another authority that is there; it is kept under another name.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" json' -l 'json' -d 'Print one JSON object.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller join" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller client" -eq 1' -fa 'add' -d 'Make a key and a certificate for a client and write them with the authority\'s certificate.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client add" out' -l 'out' -d 'The directory for ca.pem, cert.pem and key.pem.' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client add" role' -l 'role' -d 'The role: client, or operator, who may also read instances and events.' -rfka 'client operator'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client add" state-dir' -l 'state-dir' -d 'Where the controller\'s state is.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client add" lifetime' -l 'lifetime' -d 'The certificate\'s lifetime.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client add" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller client add" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_positional "cms-controller store" -eq 1' -fa 'migrate' -d 'Copy a whole store into another one, and compare.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" from' -l 'from' -d 'The store that is copied; it is left as it is.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" to' -l 'to' -d 'The store that is written.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" force' -l 'force' -d 'Replace what is in the store that is written.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" json' -l 'json' -d 'Print one JSON object.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" state-dir' -l 'state-dir' -d 'The state directory of \'sqlite\' (default: as of \'run\').' -rfa '(__cms-controller_complete_directories)'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" config' -l 'config' -d 'The configuration, for \'etcd\' and the state directory.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller store migrate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" hosts' -l 'hosts' -d 'The range in which the guests\' addresses lie.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate"' -l 'connect' -d 'The libvirt connection (default: qemu:///system); may be given several times, for several hosts.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" listen' -l 'listen' -d 'Where the API listens; [::]:7000 when a group has IPv6 hosts (default: 0.0.0.0:7000).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" web-listen' -l 'web-listen' -d 'Where the dashboard and the metrics are served; none: nowhere. Without TLS on loopback, elsewhere with TLS and a token (default: 127.0.0.1:7080).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" web-token-file' -l 'web-token-file' -d 'A file with the token that the web interface asks for: on loopback before it steers, elsewhere before it shows anything.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" state-dir' -l 'state-dir' -d 'Where the state is kept (/var/lib/cms-controller for root).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" history-size' -l 'history-size' -d 'The most space that the history of samples and decisions takes in the state directory; none: none is kept (default: 512MiB).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" min' -l 'min' -d 'The fewest instances (default: 1).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" max' -l 'max' -d 'The most instances.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" standby' -l 'standby' -d 'Instances that are booted, enrolled and paused; their memory is held (default: 0).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" threshold' -l 'threshold' -d 'Percent of CPU over which an instance is overloaded (default: 75).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" samples' -l 'samples' -d 'Samples in a row over the threshold before scaling out (default: 3).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" interval' -l 'interval' -d 'The time between two samples, and between two decisions (default: 1s).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" start-deadline' -l 'start-deadline' -d 'How long an instance may take from when libvirt is told to start it until it serves (default: 3m).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" attempts' -l 'attempts' -d 'Failed starts before an instance is quarantined (default: 2).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" quarantine' -l 'quarantine' -d 'How long a quarantine lasts (default: 30m).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" drain-timeout' -l 'drain-timeout' -d 'How long work in flight may take to finish before the instance is stopped all the same (default: 60s).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" agent-certificate-lifetime' -l 'agent-certificate-lifetime' -d 'The lifetime of agents\' certificates (default: 24h).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" client-certificate-lifetime' -l 'client-certificate-lifetime' -d 'The lifetime of clients\' certificates (default: 30d).' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate"' -l 'advertise' -d 'Where agents, clients and other controllers reach this one: names or addresses, for its certificate too, with the port unless it is that of listen; in one line, separated by commas; may be given several times.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" name' -l 'name' -d 'How this controller is called among those that share a store, each by another name; without it as the host is.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" log-file' -l 'log-file' -d 'A file that gets one line per VM and sample with time, VM and CPU.' -rfka ''
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" spans-file' -l 'spans-file' -d 'A file that gets a trace of each scale out and scale in, as lines of OTLP/JSON.' -rF
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" config' -l 'config' -d 'A YAML file with the same settings and more; \'cms-controller schema --reference\' explains its keys. Flags win over CMS_… variables, those over the file.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" offline' -l 'offline' -d 'Ask no Prometheus server.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller validate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller schema" reference' -l 'reference' -d 'Print all keys with their values, defaults and meaning instead.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller schema" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller schema" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller version" version' -l 'version' -d 'Show the version.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller version" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-controller' -n '__cms-controller_should_offer_completions_for_flags_or_options "cms-controller help" version' -l 'version' -d 'Show the version.'
