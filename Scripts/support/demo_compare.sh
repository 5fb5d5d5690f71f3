# That everybody holds the same: sorted dumps by sqlite3, which knows nothing of Zona. Sourced by Scripts/demo.

# dump_of FILE COMUNE TABLE...: the rows of the tables in the order of their ids. With a COMUNE, of what only owners may
# read the rows of that comune alone. A table is written NAME|READERS|OWNER COLUMN.
dump_of() {
    local file=$1 comune=$2 entry name readers owner where
    shift 2
    for entry in "$@"; do
        IFS='|' read -r name readers owner <<< "$entry"
        where=""
        if [[ -n $comune && $readers == owner ]]; then
            where="WHERE $owner = '$comune'"
        elif [[ -n $comune && $readers == scoped ]]; then
            where="WHERE scope IN ('*', '$comune')"
        fi
        printf ".mode list\nSELECT '-- %s';\n.mode quote\nSELECT * FROM %s %s ORDER BY id;\n" "$name" "$name" "$where"
    done | sqlite3 -readonly -bail "$file"
}

# same_everywhere CAPOFILA HUB PUBLISHED FILE...: every replica against what the hub holds: its published picture for the
# domain tables, its own replica for conflicts and decisions. Leaves the number of rows in $rows_equal.
same_everywhere() {
    local capofila=$1 hub_replica=$2 published=$3 file comune domain engine name
    shift 3
    mapfile -t domain < <(sqlite3 -readonly "$capofila.sqlite" \
        "SELECT table_name, readable, ifnull(owner_column, '') FROM zona_catalog WHERE table_no < 900 ORDER BY table_no")
    mapfile -t engine < <(sqlite3 -readonly "$capofila.sqlite" \
        "SELECT table_name, readable, '' FROM zona_catalog WHERE table_no > 900 ORDER BY table_no")
    expect "tables to compare" "${#domain[@]} + ${#engine[@]}" "37 + 2"
    mkdir -p dumps
    for file in "$@"; do
        comune=$(value "$file.sqlite" "SELECT CASE is_capofila WHEN 1 THEN '' ELSE comune END FROM zona_state")
        dump_of "$file.sqlite" "" "${domain[@]}" "${engine[@]}" > "dumps/$file.txt"
        {
            dump_of "$published" "$comune" "${domain[@]}"
            dump_of "$hub_replica" "$comune" "${engine[@]}"
        } > dumps/hub.txt
        if ! cmp -s dumps/hub.txt "dumps/$file.txt"; then
            out=$(diff dumps/hub.txt "dumps/$file.txt" | cut -c 1-200 | head -n 20)
            give_up "$file.sqlite does not hold what the hub holds"
        fi
        name=$(grep -vc '^-- ' "dumps/$file.txt")
        rows_equal=$((rows_equal + name))
        checks=$((checks + 1))
    done
    rm dumps/hub.txt
    printf '   ok: %d replicas hold what the hub holds, row by row\n' $#
}

# nothing_of_the_other OTHER FILE...: no id and no title of what the other ambito wrote stands anywhere in these files, read
# as bytes: tables, inbox, outbox and all.
nothing_of_the_other() {
    local other=$1 file
    shift
    # Ids of the comuni, plans and all that was written; the code lists are the same everywhere.
    sqlite3 -readonly "$other.sqlite" "
        SELECT id FROM comune UNION ALL SELECT id FROM ambito UNION ALL SELECT id FROM piano_di_zona
        UNION ALL SELECT id FROM tavolo UNION ALL SELECT denominazione FROM tavolo
        UNION ALL SELECT id FROM soggetto UNION ALL SELECT denominazione FROM soggetto
        UNION ALL SELECT id FROM intervento UNION ALL SELECT id FROM proposta" > logs/foreign
    [[ -s logs/foreign ]] || give_up "$other.sqlite has nothing to look for"
    grep -aqFf logs/foreign "$other.sqlite" || give_up "the search finds nothing even in $other.sqlite"
    for file in "$@"; do
        checks=$((checks + 1))
        ! grep -aqFf logs/foreign "$file" || give_up "$file holds something of $other"
    done
    printf '   ok: nothing of %s in %d other files\n' "$other" $#
}
