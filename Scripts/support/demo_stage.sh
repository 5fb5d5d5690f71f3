# What the story stands on: telling, running, checking, and the processes behind it. Sourced by Scripts/demo.

readonly began_at=$SECONDS
readonly most_at_once=4
scene=0
checks=0
declare -A started=()
out=""

# --- Telling

# scene_title TITLE...: a numbered heading with the seconds since the beginning.
scene_title() {
    scene=$((scene + 1))
    printf '\n%d. %s  (%d s)\n\n' "$scene" "$*" $((SECONDS - began_at))
}

say() {
    printf "%s\n" "$@" | fmt -w 110
}

indented() {
    sed 's/^/      /'
}

# give_up MESSAGE: the one way out when something is not as told.
give_up() {
    printf '\nNOT AS TOLD: %s\n' "$1" >&2
    if [[ -n ${out:-} ]]; then
        printf 'The last command said:\n' >&2
        printf '%s\n' "$out" | head -n 40 | indented >&2
    fi
    printf 'The files are in demo-files, what the programs wrote in demo-files/logs.\n' >&2
    exit 1
}

# --- Where the story is

# at FILE WHO: from now on the commands work in this replica, by this operator, as they would on that PC.
at() {
    export ZONA_FILE=$1.sqlite ZONA_OPERATOR=$2
    place=$1
}

# file_of NAME: the name of a comune as a file name.
file_of() {
    printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | tr -c 'a-z0-9\n' '-'
}

# --- Running

# as_typed WORD...: the command as one would type it.
as_typed() {
    local word line=""
    for word in "$@"; do
        if [[ $word =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then
            line+=" $word"
        elif [[ $word =~ ^([a-z_]+=)(.*)$ && ${BASH_REMATCH[2]} != *\'* ]]; then
            line+=" ${BASH_REMATCH[1]}'${BASH_REMATCH[2]}'"
        elif [[ $word != *\'* ]]; then
            line+=" '$word'"
        else
            line+=" \"$word\""
        fi
    done
    printf '%s' "${line# }"
}

# ends CODE COMMAND...: shows the command and what it says, and gives up unless it ends with this code. Of the errors
# only the message is shown, not the progress.
ends() {
    local expected=$1 code=0
    shift
    printf '   [%s] $ %s\n' "$place" "$(as_typed "$@")"
    out=$("$@" 2> logs/stderr) || code=$?
    out+=$(sed -nE '/^(zona|zona-server|Error|Runtime)/ s/^/\n/p' logs/stderr)
    out=${out#$'\n'}
    [[ -z $out ]] || printf '%s\n' "$out" | cut -c 1-140 | indented
    [[ $code == "$expected" ]] || give_up "\`$(as_typed "$@")\` ended with $code, not $expected"
    checks=$((checks + 1))
}

run() {
    ends 0 "$@"
}

# quietly COMMAND...: its output is kept in $out and not shown.
quietly() {
    out=$("$@" 2> logs/stderr) || {
        out+=$(cat logs/stderr)
        give_up "\`$(as_typed "$@")\` failed"
    }
}

# add TABLE VALUE...: adds a record without a word; its id is in $out.
add() {
    quietly zona add "$@"
}

# of_all FUNCTION ITEM...: calls the function with each item, some at a time, and gives up if one failed. What each says
# goes to a log.
of_all() {
    local function=$1 item pids=() failed=0
    shift
    for item in "$@"; do
        "$function" "$item" > "logs/$function-$(file_of "$item").log" 2>&1 &
        pids+=($!)
        if [[ ${#pids[@]} -ge $most_at_once ]]; then
            wait "${pids[0]}" || failed=$((failed + 1))
            pids=("${pids[@]:1}")
        fi
    done
    for item in "${pids[@]}"; do
        wait "$item" || failed=$((failed + 1))
    done
    [[ $failed == 0 ]] || give_up "$failed of $# failed in $function: see demo-files/logs/$function-*.log"
}

# --- Checking

# expect WHAT ACTUAL WANTED
expect() {
    checks=$((checks + 1))
    [[ $2 == "$3" ]] || out="" give_up "$1: it is $2, and should be $3"
    printf '   ok: %s: %s\n' "$1" "$2"
}

# expect_under WHAT ACTUAL LIMIT
expect_under() {
    checks=$((checks + 1))
    (($2 < $3)) || out="" give_up "$1: it is $2, and should be under $3"
    printf '   ok: %s: %s, under %s\n' "$1" "$2" "$3"
}

# expect_said WHAT REGEX: in what the last command said.
expect_said() {
    checks=$((checks + 1))
    grep -qE -- "$2" <<< "$out" || give_up "$1: nothing like \"$2\" was said"
    printf '   ok: %s\n' "$1"
}

# value FILE SQL: one value of a database.
value() {
    sqlite3 -readonly "$1" "$2"
}

# --- Processes

# wait_until WHAT COMMAND...: for at most 30 seconds.
wait_until() {
    local what=$1 tries=0
    shift
    until "$@"; do
        tries=$((tries + 1))
        [[ $tries -lt 600 ]] || give_up "$what did not happen within 30 seconds"
        sleep 0.05
    done
}

# end_process PID: in order, and waits for it.
end_process() {
    kill "$1" 2> /dev/null || true
    wait "$1" 2> /dev/null || true
    unset "started[$1]"
}

# Whatever happens, nothing that the demo started goes on after it.
end_all() {
    local pid
    for pid in "${!started[@]}"; do
        end_process "$pid"
    done
}

# A free port that the system does not give to outgoing connections, so that it is still free when the hub comes back.
free_port() {
    python3 - << 'PYTHON'
import random
import socket

while True:
    port = random.randrange(20000, 32000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PYTHON
}

hub_says_so() {
    grep -q 'serving' logs/hub.out
}

start_hub() {
    : > logs/hub.out
    zona-server serve --data hub --port "$port" > logs/hub.out 2>> logs/hub.log &
    hub_pid=$!
    started[$hub_pid]=hub
    wait_until "the start of the hub" hub_says_so
    head -n 1 logs/hub.out | indented
}

stop_hub() {
    end_process "$hub_pid"
    ! kill -0 "$hub_pid" 2> /dev/null || give_up "the hub goes on"
}

# bad_line LIMIT...: a proxy that passes so much and no more (see cutting_proxy.py); its address is in $line.
bad_line() {
    rm -f logs/line.port logs/line.report
    python3 "$support/cutting_proxy.py" logs/line.report "$@" > logs/line.port &
    line_pid=$!
    started[$line_pid]=line
    wait_until "the start of the proxy" test -s logs/line.port
    line=http://127.0.0.1:$(< logs/line.port)
}

# line_report: ends the proxy; "bytes up, bytes down, cut or whole" is in $line_passed.
line_report() {
    end_process "$line_pid"
    line_passed=$(< logs/line.report)
}

# --- Synchronising

# sync_of FILE: one sync, without a word.
sync_of() {
    zona sync --file "$1.sqlite" --json
}

# sync_all FILE...: all, some at a time.
sync_all() {
    of_all sync_of "$@"
    syncs=$((syncs + $#))
    printf '   %d replicas have synchronised\n' $#
}
