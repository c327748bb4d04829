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
        __cms-client_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __cms-client_parse_subcommand 0 'mode=' 'controller=+' 'group=' 'identity=' 'balance=' 'path=' 'expect=' 'url=+' 'ca=' 'insecure' 'n=' 'concurrency=' 'rate=' 'duration=' 'requests=' 'timeout=' 'connect-timeout=' 'low-duration=' 'pause=' 'tail=' 'ramp-timeout=' 'seed=' 'output=' 'plain' 'log-file=' 'events-file=' 'version' 'h/help'
        case 'follow'
            __cms-client_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'haproxy'
                __cms-client_parse_subcommand 0 'controller=+' 'group=' 'identity=' 'state-dir=' 'log-format=' 'log-level=' 'socket=' 'backend=' 'prefix=' 'ssl' 'ca-file=' 'check' 'server-options=' 'weight=' 'slow-start=' 'drain-timeout=' 'interval=' 'slots' 'version' 'h/help'
            case 'file'
                __cms-client_parse_subcommand 0 'controller=+' 'group=' 'identity=' 'state-dir=' 'log-format=' 'log-level=' 'template=' 'output=' 'command=' 'command-timeout=' 'debounce=' 'linger=' 'once' 'version' 'h/help'
            case 'exec'
                __cms-client_parse_subcommand -r 1 'controller=+' 'group=' 'identity=' 'state-dir=' 'log-format=' 'log-level=' 'acks' 'write-timeout=' 'version' 'h/help'
            end
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
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client" -eq 1' -fa 'run' -d 'Sends requests to the instances that a CMS controller tells of, or to an address.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client" -eq 1' -fa 'follow' -d 'Have a load balancer or another program follow a group\'s endpoints.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" mode' -l 'mode' -d 'What load to make.' -rfka 'low high ramp'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run"' -l 'controller' -l 'controllers' -d 'The controller, HOST or HOST:PORT, or several with commas between them; the port is 7000 unless given. Default: $CMS_CONTROLLER.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" group' -l 'group' -d 'The controller\'s group. Default: its first one.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" identity' -l 'identity' -d 'Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" balance' -l 'balance' -d 'How an endpoint is chosen.' -rfka 'random least-outstanding'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" path' -l 'path' -d 'Ask this path of the service by GET instead of Fibonacci numbers, such as \'/search?q=cms\'.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" expect' -l 'expect' -d 'With --path: the statuses of a right answer, 200-399 or 204. Default: 200-399.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run"' -l 'url' -d 'Ask this address, such as a load balancer\'s, in place of a controller\'s endpoints: http:// or https://HOST[:PORT][/BASE]. Several times for several addresses.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" ca' -l 'ca' -d 'With --url or --path: the authorities that endpoints\' certificates must be of, PEM. Default: this machine\'s with --url, else the controller\'s.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" insecure' -l 'insecure' -d 'With --url or --path: do not check endpoints\' certificates; whoever is on the way can answer for them.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" n' -l 'n' -d 'The n to ask for, 30...33 or 30; 0 to 93. Default: 15...25 (low), 30...33 (high, ramp\'s high).' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" concurrency' -l 'concurrency' -d 'Requests under way (in ramp: of the high phase). Default: 5 (low); 24, or 12 an endpoint (high).' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" rate' -l 'rate' -d 'Send so many requests a second, whatever the answers do, instead of keeping a number under way.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" duration' -l 'duration' -d 'End low or high after this time, such as 500ms, 10s, 2m.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" requests' -l 'requests' -d 'End low or high after so many requests.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" timeout' -l 'timeout' -d 'The longest time for one request, all attempts together.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" connect-timeout' -l 'connect-timeout' -d 'The longest time to open a connection.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" low-duration' -l 'low-duration' -d 'ramp: the length of the low phase.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" pause' -l 'pause' -d 'ramp: the pause between low and high.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" tail' -l 'tail' -d 'ramp: how long to go on after a new instance has answered.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" ramp-timeout' -l 'ramp-timeout' -d 'ramp: how long to wait for a new instance.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" seed' -l 'seed' -d 'Repeat the same choices of n and endpoint.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" output' -l 'output' -d 'What goes to standard output: text for people, or one JSON object for each event.' -rfka 'text json'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" plain' -l 'plain' -d 'Print plain lines on a terminal, too, instead of the live view.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" log-file' -l 'log-file' -d 'Write one line for each answer to this file, which is made anew.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" events-file' -l 'events-file' -d 'Write each event as a line of JSON to this file, which is made anew.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client follow" -eq 1' -fa 'haproxy' -d 'Keep the servers of a HAProxy backend equal to the endpoints.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client follow" -eq 1' -fa 'file' -d 'Keep a file equal to a template filled with the endpoints.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_positional "cms-client follow" -eq 1' -fa 'exec' -d 'Tell a program of the endpoints, one line of JSON on its standard input for each change.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy"' -l 'controller' -l 'controllers' -d 'The controller, HOST or HOST:PORT, or several with commas between them; the port is 7000 unless given. Default: $CMS_CONTROLLER.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" group' -l 'group' -d 'The controller\'s group. Default: its first one.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" identity' -l 'identity' -d 'Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" state-dir' -l 'state-dir' -d 'Where the last endpoints and controllers are kept. Default: $STATE_DIRECTORY, else nowhere.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" log-format' -l 'log-format' -d 'The form of the log lines on standard error.' -rfka 'text json'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" log-level' -l 'log-level' -d 'The lowest level logged.' -rfka 'trace debug info notice warning error critical'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" socket' -l 'socket' -d 'HAProxy\'s socket of level admin: a path, or HOST:PORT.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" backend' -l 'backend' -d 'The backend whose servers are kept.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" prefix' -l 'prefix' -d 'What the names of the follower\'s own servers begin with.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" ssl' -l 'ssl' -d 'Reach every server over TLS; else those whose URL says https.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" ca-file' -l 'ca-file' -d 'Whose certificates the servers must show: a file that haproxy.cfg names, too; or \'none\'. Default: the controller\'s authority, which HAProxy is given.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" check' -l 'check' -d 'Have HAProxy check the servers\' health by itself, too.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" server-options' -l 'server-options' -d 'Further words of the \'server\' line.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" weight' -l 'weight' -d 'The weight of a server, 1 to 256. Default: 1, with --slow-start 100.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" slow-start' -l 'slow-start' -d 'Let the weight of a new server grow from 1 % to all of it within this time.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" drain-timeout' -l 'drain-timeout' -d 'How long clients that are bound to a withdrawn server by a cookie may still come to it.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" interval' -l 'interval' -d 'How often HAProxy is looked at while nothing changes.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" slots' -l 'slots' -d 'Give addresses to the servers of a \'server-template\' with that prefix instead of adding servers.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow haproxy" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file"' -l 'controller' -l 'controllers' -d 'The controller, HOST or HOST:PORT, or several with commas between them; the port is 7000 unless given. Default: $CMS_CONTROLLER.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" group' -l 'group' -d 'The controller\'s group. Default: its first one.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" identity' -l 'identity' -d 'Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" state-dir' -l 'state-dir' -d 'Where the last endpoints and controllers are kept. Default: $STATE_DIRECTORY, else nowhere.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" log-format' -l 'log-format' -d 'The form of the log lines on standard error.' -rfka 'text json'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" log-level' -l 'log-level' -d 'The lowest level logged.' -rfka 'trace debug info notice warning error critical'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" template' -l 'template' -d 'The template.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" output' -l 'output' -d 'The file that is written.' -rF
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" command' -l 'command' -d 'Run by /bin/sh after each change, and at the start.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" command-timeout' -l 'command-timeout' -d 'The longest time of the command; then it is killed.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" debounce' -l 'debounce' -d 'How long changes are gathered.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" linger' -l 'linger' -d 'How long after the command a revision is acknowledged, for requests that go on.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" once' -l 'once' -d 'Write the file once, run the command, and end.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow file" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec"' -l 'controller' -l 'controllers' -d 'The controller, HOST or HOST:PORT, or several with commas between them; the port is 7000 unless given. Default: $CMS_CONTROLLER.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" group' -l 'group' -d 'The controller\'s group. Default: its first one.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" identity' -l 'identity' -d 'Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" state-dir' -l 'state-dir' -d 'Where the last endpoints and controllers are kept. Default: $STATE_DIRECTORY, else nowhere.' -rfa '(__cms-client_complete_directories)'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" log-format' -l 'log-format' -d 'The form of the log lines on standard error.' -rfka 'text json'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" log-level' -l 'log-level' -d 'The lowest level logged.' -rfka 'trace debug info notice warning error critical'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" acks' -l 'acks' -d 'Acknowledge what the program acknowledges on its standard output, not what was written to it.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" write-timeout' -l 'write-timeout' -d 'How long the program may leave a line unread before it is ended.' -rfka ''
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" version' -l 'version' -d 'Show the version.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client follow exec" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cms-client' -n '__cms-client_should_offer_completions_for_flags_or_options "cms-client help" version' -l 'version' -d 'Show the version.'
