# The first half of the story: the hub, the plan, the work without network, the hub that comes back. Sourced by Scripts/demo.

# Comuni as "ISTAT code|name"; replicas as file names. Penna in Teverina is told apart: its line breaks.
narni_replicas=()
narni_online=()
narni_but_giove=()
putignano_replicas=()

comuni_of() {
    awk -F, -v ambito="$1" '$1 == ambito { print $5 "|" $3 }' "$pilots"
}

the_hub() {
    scene_title "The hub: one server, two ambiti that know nothing of each other"
    ends 0 zona-server init --data hub --ambito UMB-11 --comuni ../schema/codelists/comuni_piloti.csv
    ends 0 zona-server init --data hub --ambito PUG-PUTIGNANO --comuni ../schema/codelists/comuni_piloti.csv
    expect "mode of the ambito's private key" "$(stat -c %a hub/UMB-11/ambito.key)" 600
    start_hub
}

# enrol "AMBITO|ISTAT|FILE": what the capofila does (invite) and what the comune does (init), in one.
enrol() {
    local ambito istat file code
    IFS='|' read -r ambito istat file <<< "$1"
    code=$(zona-server invite --data hub --ambito "$ambito" --comune "$istat" --json | jq -r .code)
    zona init --hub "$url" --code "$code" --file "$file.sqlite"
}

everybody_enrols() {
    scene_title "Everybody enrols: twelve comuni of Narni, five of Putignano"
    local jobs=() istat name file code
    while IFS='|' read -r istat name; do
        file=$(file_of "$name")
        narni_replicas+=("$file")
        [[ $file != penna-in-teverina ]] || continue
        narni_online+=("$file")
        jobs+=("UMB-11|$istat|$file")
    done < <(comuni_of UMB-11)
    jobs+=("UMB-11|055022|narni-ufficio")
    narni_replicas+=(narni-ufficio)
    narni_online+=(narni-ufficio)
    for file in "${narni_online[@]}"; do
        [[ $file == giove ]] || narni_but_giove+=("$file")
    done
    while IFS='|' read -r istat name; do
        file=$(file_of "$name")
        putignano_replicas+=("$file")
        jobs+=("PUG-PUTIGNANO|$istat|$file")
    done < <(comuni_of PUG-PUTIGNANO)
    say "Each gets a one-time code from its capofila and makes its replica. Narni's Ufficio di Piano has a PC of its own: a second replica of the same comune."
    of_all enrol "${jobs[@]}"
    expect "replicas made" "$(ls -- *.sqlite | wc -l)" 17
    expect "mode of a replica's private key" "$(stat -c %a amelia.sqlite.key)" 600

    quietly zona-server invite --data hub --ambito UMB-11 --comune 055026 --json
    code=$(jq -r .code <<< "$out")
    say "" "Penna in Teverina enrols, but its line breaks right after, and its PC stays off for the day. A code is good once:"
    bad_line calls 1
    at penna-in-teverina 'Piero Costa'
    ends 6 zona init --hub "$url" --code "$code" --proxy "$line"
    line_report
    ends 7 zona init --hub "$url" --code "$code" --file again.sqlite
    expect "rows at Penna in Teverina" "$(value penna-in-teverina.sqlite 'SELECT count(*) FROM comune')" 0
    expect "replicas made" "$(ls -- *.sqlite | wc -l)" 18
}

the_plan() {
    scene_title "The capofila plans, the others read; Putignano does its own"
    at narni 'Anna Neri'
    local ambito istat name assegnazione
    ambito=$(value narni.sqlite 'SELECT id FROM ambito')
    run zona add piano_di_zona ambito_id="$ambito" denominazione='Piano di Zona 2026-2028' anno_inizio=2026 \
        anno_fine=2028 strumento=convenzione
    piano=$out
    run zona add annualita piano_id="$piano" anno=2026
    annualita=$out
    run zona add obiettivo piano_id="$piano" tipo=strategico titolo='Nessuno resta solo' priorita=1
    run zona add intervento annualita_id="$annualita" titolo='Assistenza domiciliare' titolare=ambito stato=approvato
    assistenza=$out
    run zona add soggetto denominazione='Banca del tempo' tipo_soggetto=VOL telefono='0744 000001'
    banca=$out
    add soggetto denominazione='Gruppo di lettura' tipo_soggetto=CIT
    gruppo=$out
    add intervento annualita_id="$annualita" titolo='Trasporto sociale' titolare=ambito stato=approvato
    trasporto=$out
    run zona add stanziamento_comune annualita_id="$annualita" comune_id=Narni fonte=COM importo_cent=50.000,00
    stanziamento=$out
    run zona add assegnazione_fondo annualita_id="$annualita" fonte=FNPS importo_cent=240.000,00
    assegnazione=$out
    while IFS='|' read -r istat name; do
        add quota_comune assegnazione_id="$assegnazione" comune_id="$istat" importo_cent=20.000,00
    done < <(comuni_of UMB-11)
    say "   … a second intervento, a second soggetto, and a share of 20.000,00 euro for each of the twelve comuni"

    at putignano 'Rosa Greco'
    ambito=$(value putignano.sqlite 'SELECT id FROM ambito')
    run zona add piano_di_zona ambito_id="$ambito" denominazione='Quarto Piano Sociale di Zona' ordinale=4 \
        anno_inizio=2018 anno_fine=2020 strumento=accordo_di_programma
    local putignano_piano=$out file
    quietly zona sync
    sync_all "${putignano_replicas[@]}"
    for file in "${putignano_replicas[@]}"; do
        at "$file" 'Ufficio sociale'
        add tavolo piano_id="$putignano_piano" denominazione="Tavolo in sede $file" tipo=concertazione
    done
    say "   … and each comune of Putignano sets up its tavolo"
    at narni 'Anna Neri'
    run zona sync
    sync_all "${narni_online[@]}" "${putignano_replicas[@]}"
    expect "shares that Alviano reads" "$(value alviano.sqlite 'SELECT count(*) FROM quota_comune')" 12
}

offline_work() {
    scene_title "The hub goes away; the comuni work on"
    stop_hub
    say "The hub is stopped. Alviano uses zona, and writes how the service is organised:"
    at alviano 'Bruna Leoni'
    run zona edit "$assistenza" modalita_organizzative='Accesso dal segretariato sociale'
    say "" "Amelia has a tool that knows SQLite only; it writes the same card, another column. Later both will stand:"
    at amelia '-'
    run sqlite3 amelia.sqlite \
        "UPDATE intervento SET requisiti_qualita = 'Operatori qualificati' WHERE id = '$assistenza'"
    say "" "Alviano corrects a telephone number:"
    at alviano 'Bruna Leoni'
    run zona edit "$banca" telefono='0744 111111'
    attigliano_by_script
    say "" "At Narni, the comune and its Ufficio di Piano each correct the same amount:"
    at narni 'Anna Neri'
    run zona edit "$stanziamento" importo_cent=52.000,00
    at narni-ufficio 'Dario Fabbri'
    run zona edit "$stanziamento" importo_cent=55.500,00
    say "" "Avigliano Umbro deletes a soggetto that Montecastrilli completes:"
    at avigliano-umbro 'Elsa Conti'
    run zona rm "$gruppo"
    at montecastrilli 'Gino Serra'
    run zona edit "$gruppo" telefono='0744 333333' comune_id=Montecastrilli
    giove_in_bulk
    otricoli_oversteps
    at noci 'Ufficio sociale'
    add soggetto denominazione='Cooperativa di Noci' tipo_soggetto=COO
}

# A script in another language: Python's own sqlite3, nothing of Zona.
attigliano_by_script() {
    say "" "Attigliano runs a script in Python: three resources, a payment, and the same telephone number as Alviano:"
    cat > attigliano.py << 'PYTHON'
import sqlite3
import sys

intervento, annualita, soggetto = sys.argv[1:]
db = sqlite3.connect("attigliano.sqlite")
(comune,) = db.execute("SELECT id FROM comune WHERE denominazione = 'Attigliano'").fetchone()
with db:
    db.executemany(
        "INSERT INTO risorsa(comune_id, tipo, denominazione, rilevata_al) VALUES(?, ?, ?, '2026-03-01')",
        [(comune, "strutturale", "Sala civica"), (comune, "umana", "Assistente sociale"), (comune, "informale", "Vicinato")])
    db.execute(
        "INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data) "
        "VALUES(?, ?, ?, 'COM', 'impegno', 125000, '2026-03-02')", (comune, annualita, intervento))
    db.execute("UPDATE soggetto SET telefono = '0744 222222' WHERE id = ?", (soggetto,))
PYTHON
    at attigliano '-'
    run python3 attigliano.py "$trasporto" "$annualita" "$banca"
}

giove_in_bulk() {
    say "" "Giove loads 1,500 proposals of past years in one statement of SQL, long texts all of them:"
    at giove '-'
    run sqlite3 giove.sqlite "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
       INSERT INTO proposta(comune_id, titolo, testo, presentata_il)
       SELECT (SELECT id FROM comune WHERE denominazione = 'Giove'), 'Proposta n. ' || i,
              'Testo della proposta, codice ' || hex(randomblob(200)), '2019-05-' || printf('%02d', 1 + i % 28) FROM n"
}

otricoli_oversteps() {
    say "" "Otricoli tries what is the capofila's alone, and is told so in its own file, without network:"
    at otricoli '-'
    ends 19 sqlite3 otricoli.sqlite "UPDATE intervento SET stato = 'concluso' WHERE id = '$trasporto'"
    expect_said "the check speaks" 'lo scrive solo il capofila'
    ends 3 zona edit "$trasporto" stato=concluso
    say "" "So somebody there takes the check out of the file, writes, and puts it back. The hub will not fall for it:"
    local name=zona_check_intervento_update check
    check=$(value otricoli.sqlite "SELECT sql FROM sqlite_master WHERE name = '$name'")
    printf '%s\n' "BEGIN; DROP TRIGGER $name;" "UPDATE intervento SET stato = 'concluso' WHERE id = '$trasporto';" \
        "$check;" "COMMIT;" > otricoli.sql
    run sqlite3 -bail otricoli.sqlite '.read otricoli.sql'
    expect "stato at Otricoli" "$(value otricoli.sqlite "SELECT stato FROM intervento WHERE id = '$trasporto'")" concluso
}

offline_status() {
    scene_title "What waits"
    at alviano 'Bruna Leoni'
    run zona status
    expect_said "two records wait at Alviano" 'to send +2 records'
    say "" "There is no network, and nothing is lost by trying:"
    ends 6 zona sync
    expect_said "the message says what to do" 'then try again'
    expect "records that still wait" "$(zona status --json | jq .pending_records)" 2
    expect "records that wait at Giove" "$(zona status --file giove.sqlite --json | jq .pending_records)" 1500
}

the_hub_comes_back() {
    scene_title "The hub comes back; all synchronise, but for Giove and Penna in Teverina"
    start_hub
    at alviano 'Bruna Leoni'
    run zona sync
    say "" "All the others too, and once more, so that each has seen what came after it:"
    sync_all "${narni_but_giove[@]}" "${putignano_replicas[@]}"
    sync_all "${narni_but_giove[@]}"
    at amelia '-'
    out=$(value amelia.sqlite "SELECT modalita_organizzative || ' + ' || requisiti_qualita FROM intervento
        WHERE id = '$assistenza'")
    expect "the card at Amelia, with both columns" "$out" 'Accesso dal segretariato sociale + Operatori qualificati'
    expect "telephone: the later of the two shows" \
        "$(value lugnano-in-teverina.sqlite "SELECT telefono FROM soggetto WHERE id = '$banca'")" '0744 222222'
    expect "the soggetto that one deleted and one completed lives" \
        "$(value avigliano-umbro.sqlite "SELECT count(*) FROM soggetto WHERE id = '$gruppo'")" 1
    expect "payments of Attigliano that Alviano may read" "$(value alviano.sqlite 'SELECT count(*) FROM movimento_spesa')" 0
    expect "payments of Attigliano that the capofila reads" \
        "$(value narni.sqlite 'SELECT count(*) FROM movimento_spesa')" 1
}

# part_size: bytes of an unfinished batch at the hub, once they no longer grow; 0 when there is none.
part_size() {
    local before=-1 now=0
    while [[ $before != "$now" ]]; do
        before=$now
        sleep 0.3
        now=$(cat hub/UMB-11/incoming/*.part 2> /dev/null | wc -c)
    done
    printf '%s' "$now"
}

the_bad_line() {
    scene_title "Giove synchronises over a line that breaks three times"
    local whole sent=0 up kept limit
    at giove '-'
    for limit in 60000 40000 100000; do
        bad_line up "$limit"
        ends 6 zona sync --proxy "$line"
        line_report
        read -r up _ <<< "$line_passed"
        expect "how the line ended" "${line_passed##* }" cut
        sent=$((sent + up))
        kept=$(part_size)
        whole=$(value giove.sqlite 'SELECT sum(length(bytes)) FROM zona_outbox')
        expect "a batch lies cut at the hub" "$((kept > 0 && kept < whole))" 1
        say "   the hub holds $kept bytes of the batch under way"
    done
    bad_line
    run zona sync --proxy "$line"
    line_report
    read -r up _ <<< "$line_passed"
    sent=$((sent + up))
    say "   $whole bytes had to go up. In all four attempts $sent went up, greetings and TLS included:"
    expect_under "bytes sent, as a percentage of the whole" $((sent * 100 / whole)) 200
    expect "records that wait at Giove" "$(zona status --json | jq .pending_records)" 0
    expect "unfinished batches at the hub" "$(part_size)" 0
    giove_sent=$sent
    giove_whole=$whole
}
