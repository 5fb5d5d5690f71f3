# The second half of the story: the consolidation, the conflicts, the refusal, and that all hold the same. Sourced by
# Scripts/demo.

# consolidate: publishes Narni's picture as the nightly run does; the folder is in $published.
consolidate() {
    quietly zona-server consolidate --data hub --ambito UMB-11 --json
    published=$(jq -r .folder <<< "$out")
    printf '   [hub] $ zona-server consolidate --data hub --ambito UMB-11\n'
}

# part_of TITLE LINES: the beginning of one part of the summary.
part_of() {
    awk -v title="$1" 'index($0, title) == 1 { on = 1 } on && NF == 0 { exit } on' "$published/riepilogo.txt" |
        head -n "$2" | indented
}

the_first_night() {
    scene_title "The night's consolidation, with one comune silent and nothing decided"
    consolidate
    part_of COMUNI 14
    part_of "STANZIAMENTI DEI COMUNI" 40
    part_of "CONFLITTI APERTI" 5
    out=$(< "$published/riepilogo.txt")
    expect_said "the silent comune is told as missing" 'Penna in Teverina +MANCANTE: non ha mai sincronizzato'
    expect_said "its amount is missing, not zero" 'Penna in Teverina +mancante'
    expect_said "the total says that it is partial" '\(parziale, 11 di 12; provvisorio: importi contestati\)'
    expect "open conflicts, one of them on an amount" \
        "$(jq -c '[.comuni, .open_conflicts, .contested]' <<< "$(published_json)")" '[12,3,1]'
}

# The figures of the picture just published.
published_json() {
    jq -c '{comuni: (.comuni | length), open_conflicts: (.conflitti_aperti | length),
        contested: ([.conflitti_aperti[] | select(.contestato)] | length)}' "$published/riepilogo.json"
}

# conflict_on COLUMN: the id of the open conflict that lists this column; "" for one on whether the record exists.
conflict_on() {
    zona conflicts list --json | jq -r --arg column "$1" '
        [.conflicts[] | select(if $column == "" then (.columns == []) else (.columns | index($column) != null) end)]
        | if length == 1 then .[0].id else error("not one conflict on \($column)") end'
}

decisions_at_a_comune() {
    scene_title "A comune reads the conflicts, and decides the one on its telephone number"
    at alviano 'Bruna Leoni'
    quietly zona sync
    run zona conflicts list
    expect "open conflicts at Alviano" "$(zona conflicts list --json | jq '.conflicts | length')" 3
    local conflict
    conflict=$(conflict_on telefono)
    run zona conflicts show "$conflict"
    expect_said "what Alviano wrote is kept" '0744 111111'
    run zona conflicts resolve "$conflict" --take other --note 'Numero verificato al telefono con la sede'
    expect "telephone at Alviano" "$(value alviano.sqlite "SELECT telefono FROM soggetto WHERE id = '$banca'")" \
        '0744 111111'
    run zona sync
}

decisions_at_the_capofila() {
    scene_title "The capofila decides the amount, and whether the soggetto lives"
    at narni 'Anna Neri'
    quietly zona sync
    local amount existence
    amount=$(conflict_on importo_cent)
    run zona conflicts show "$amount"
    expect_said "an amount is contested: no clock decides it" 'contested: somebody must decide'
    run zona conflicts resolve "$amount" importo_cent=54.000,00 --note 'Delibera di Giunta, dopo confronto con il bilancio'
    existence=$(conflict_on "")
    run zona conflicts resolve "$existence" --take shown --note 'Montecastrilli lo segue: resta'
    run zona sync
    expect "open conflicts at Narni" "$(zona conflicts list --json | jq '.conflicts | length')" 0
    run zona conflicts list --all
}

the_refusal() {
    scene_title "What the hub refused is known at Otricoli, kept, and gone from the tables"
    at otricoli 'Lucia Testa'
    run zona refused list
    local refused
    refused=$(zona refused list --json | jq -r '.refused[0].id')
    run zona refused show "$refused"
    expect_said "the value is kept" 'concluso'
    expect "stato at Otricoli, and everywhere" "$(value otricoli.sqlite "SELECT stato FROM intervento WHERE id = '$trasporto'")" \
        approvato
    refusals=$(count_refusals)
    expect "refused changes in all files" "$refusals" 1
    run zona refused drop "$refused"
}

count_refusals() {
    local file sum=0
    for file in "${narni_replicas[@]}" "${putignano_replicas[@]}"; do
        sum=$((sum + $(value "$file.sqlite" 'SELECT count(*) FROM zona_refused')))
    done
    printf '%s' "$sum"
}

everybody_holds_the_same() {
    scene_title "All synchronise, Penna in Teverina for the first time, and hold the same"
    at penna-in-teverina 'Piero Costa'
    run zona sync
    sync_all "${narni_replicas[@]}" "${putignano_replicas[@]}"
    sync_all "${narni_replicas[@]}" "${putignano_replicas[@]}"
    consolidate
    say "Sorted dumps by sqlite3 of the 37 domain tables, the conflicts and the decisions: each replica against the hub."
    same_everywhere narni hub/UMB-11/consolidation.sqlite "$published/piano-di-zona.sqlite" "${narni_replicas[@]}"
    expect "telephone" "$(value giove.sqlite "SELECT telefono FROM soggetto WHERE id = '$banca'")" '0744 111111'
    expect "amount" "$(value narni-ufficio.sqlite "SELECT importo_cent FROM stanziamento_comune")" 5400000
    expect "proposals at Penna in Teverina" "$(value penna-in-teverina.sqlite 'SELECT count(*) FROM proposta')" 1500
    expect "decisions at Penna in Teverina" "$(value penna-in-teverina.sqlite 'SELECT count(*) FROM zona_decision')" 3
    quietly zona-server consolidate --data hub --ambito PUG-PUTIGNANO --json
    same_everywhere putignano hub/PUG-PUTIGNANO/consolidation.sqlite "$(jq -r .folder <<< "$out")/piano-di-zona.sqlite" \
        "${putignano_replicas[@]}"
    nothing_of_the_other putignano "${narni_replicas[@]/%/.sqlite}" hub/UMB-11/*.sqlite* "$published"/*
    nothing_of_the_other narni "${putignano_replicas[@]/%/.sqlite}" hub/PUG-PUTIGNANO/*.sqlite*
}

the_second_night() {
    scene_title "The night's consolidation again: all are there, all is decided"
    local before=$published
    consolidate
    expect "the same rows make the same bytes" "$(cmp "$before/piano-di-zona.sqlite" "$published/piano-di-zona.sqlite" && echo yes)" \
        yes
    part_of COMUNI 14
    awk '/\(euro\)$/ { title = $0 } /Totale dell.ambito/ { print title; print }' "$published/riepilogo.txt" | indented
    out=$(< "$published/riepilogo.txt")
    ! grep -q MANCANTE <<< "$out" || give_up "a comune is missing"
    ! grep -q provvisorio <<< "$out" || give_up "a total is provisional"
    expect_said "the total of the shares" "Totale dell'ambito +240.000,00$"
    expect_said "no conflict is open" 'CONFLITTI APERTI \(0\)'
    say "   the folder: $(ls "$published" | wc -l) files, a CSV for each table"
    ls "$published" | grep -v csv | indented
}

figures() {
    scene_title "In figures"
    local changes bytes listed decided
    changes=$({ zona-server replicas --data hub --ambito UMB-11 --json
        zona-server replicas --data hub --ambito PUG-PUTIGNANO --json; } | jq -s '[.[].replicas[].folded] | add')
    bytes=$(grep -oE ' (in|out)=[0-9]+' logs/hub.log | awk -F= '{ sum += $2 } END { print sum }')
    listed=$(value narni.sqlite 'SELECT count(*) FROM zona_conflict')
    decided=$(value narni.sqlite "SELECT count(*) FROM zona_conflict WHERE state = 'decided'")
    expect "conflicts listed and decided" "$listed, $decided" "3, 3"
    printf '\n'
    printf '   %-44s %12s\n' \
        "ambiti on one hub" 2 \
        "replicas" $((${#narni_replicas[@]} + ${#putignano_replicas[@]})) \
        "changes taken by the hub" "$changes" \
        "bytes through the hub, both ways" "$bytes" \
        "bytes Giove had to send" "$giove_whole" \
        "bytes Giove sent over the bad line" "$giove_sent" \
        "conflicts listed" "$listed" \
        "conflicts decided" "$decided" \
        "changes refused" "$refusals" \
        "rows compared, all equal" "$rows_equal" \
        "checks made" "$checks" \
        "seconds" $((SECONDS - began_at))
}

how_to_go_on() {
    end_all
    cat << WORDS

All is as told. The files are in demo-files: *.sqlite are the replicas, hub/ is the hub, ${published}
the night's picture. To go on by hand, from this folder:

   export PATH="\$PWD/.build/debug:\$PATH"; cd demo-files
   zona-server serve --data hub --port $port > logs/hub.out 2>> logs/hub.log &
   zona status --file amelia.sqlite
   zona edit $banca telefono='0744 444444' --file amelia.sqlite
   zona edit $banca telefono='0744 555555' --file alviano.sqlite
   for file in amelia alviano amelia; do zona sync --file \$file.sqlite; done
   zona conflicts list --file amelia.sqlite
   kill %1

\`zona --help\` and \`zona-server --help\` show the rest; \`make clean-demo\` deletes the files.
WORDS
}
