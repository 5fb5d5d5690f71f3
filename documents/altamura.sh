#!/bin/sh
# Altamura: one session approves the rendicontazione of 2020 and the programmazione of 2021; the project
# "Help! Chiedici Aiuto" is held up as a practice to replicate.
#
# ZONA is the program, REPLICHE the folder with one enrolled replica a comune. What the document does not say, and a
# row must, is marked "esempio".
set -eu
: "${ZONA:=zona}" "${REPLICHE:?the folder of the replicas}"

# on COMUNE COMMAND ...: that comune's operator gives a command of zona on its replica.
on() {
    comune=$1
    shift
    "$ZONA" "$@" --file "$REPLICHE/$comune.sqlite" --operator "Operatore di $comune" </dev/null
}

# ---- The ambito: four comuni, Altamura leads. Its plan, its years, what it received.

AMBITO=$(on altamura status --json | sed -n 's/.*"ambito_id": "\([^"]*\)".*/\1/p')
PIANO=$(on altamura add piano_di_zona ambito_id="$AMBITO" denominazione='Piano Sociale di Zona (anni di esempio)' \
    anno_inizio=2018 anno_fine=2021 strumento=accordo_di_programma stato=vigente)
ANNO_2020=$(on altamura add annualita piano_id="$PIANO" anno=2020 stato_programmazione=approvata \
    stato_rendicontazione=chiusa)
ANNO_2021=$(on altamura add annualita piano_id="$PIANO" anno=2021 stato_programmazione=concertata)

# Resources shrink: that is why competences and money are put together.
on altamura add assegnazione_fondo annualita_id="$ANNO_2020" fonte=FNPS importo_cent=420.000,00 \
    atto='importo di esempio'
on altamura add assegnazione_fondo annualita_id="$ANNO_2021" fonte=FNPS importo_cent=380.000,00 \
    atto='importo di esempio'

# ---- The session of 29 November 2021 in the sala consiliare (the year is inferred).

TAVOLO=$(on altamura add tavolo piano_id="$PIANO" tipo=concertazione \
    denominazione="Tavolo di concertazione dell'ambito")
SEDUTA=$(on altamura add incontro tavolo_id="$TAVOLO" comune_id=Altamura tipo=tavolo data=2021-11-29 \
    luogo='Sala consiliare' ordine_del_giorno='Approvazione rendicontazione 2020 e programmazione 2021')

# ---- The project: who promotes it, who pays, who is partner; a segment of it.

PROMOTORE=$(on altamura add soggetto denominazione='Associazione M.I.Cro. Italia ODV' tipo_soggetto=VOL \
    forma_giuridica=ODV comune_id=Altamura)
FONDAZIONE=$(on altamura add soggetto denominazione='Fondazione Con il Sud' tipo_soggetto=IST \
    forma_giuridica=fondazione)
HELP=$(on altamura add progetto_rete titolo='Help! Chiedici Aiuto' buona_prassi=si replicabile=si \
    descrizione='Best practice da replicare nei comuni del distretto')
on altamura add progetto_rete titolo='#Daispazioallacreatività' padre_id="$HELP" descrizione='Laboratori di teatro'
on altamura add progetto_soggetto progetto_id="$HELP" soggetto_id="$PROMOTORE" ruolo=promotore
on altamura add progetto_soggetto progetto_id="$HELP" soggetto_id="$FONDAZIONE" ruolo=finanziatore

# The foundation's contribution is private money; so many volunteers have no price.
on altamura add assegnazione_fondo annualita_id="$ANNO_2021" fonte=PRI importo_cent=15.000,00 \
    atto='contributo della fondazione, importo di esempio'
on altamura add valore_portato soggetto_id="$PROMOTORE" piano_id="$PIANO" tipo=volontari \
    descrizione='Volontari del progetto'

# The presentation of Monday 12 April 2021 (the year is inferred; the place is not told).
RETE=$(on altamura add tavolo piano_id="$PIANO" tipo=coprogettazione \
    denominazione='Rete del progetto Help! Chiedici Aiuto')
on altamura add incontro tavolo_id="$RETE" comune_id=Altamura tipo=presentazione data=2021-04-12 stato=svolto \
    ordine_del_giorno='Presentazione di #Daispazioallacreatività'

# The ambito runs the services together, no comune alone.
SERVIZIO=$(on altamura add intervento annualita_id="$ANNO_2021" titolo='Accoglienza e messa in rete' titolare=ambito \
    gestione=coprogettazione stato=approvato)
on altamura sync

# ---- The other comuni, each on its own replica: partners, needs, who came to the session.

for comune in gravina-in-puglia poggiorsini santeramo-in-colle; do on "$comune" sync; done

PARTNER=$(on gravina-in-puglia add soggetto denominazione='Associazione partner (esempio)' tipo_soggetto=VOL \
    comune_id='Gravina in Puglia')
on gravina-in-puglia add progetto_soggetto progetto_id="$HELP" soggetto_id="$PARTNER" ruolo=partner
on gravina-in-puglia add valore_portato soggetto_id="$PARTNER" piano_id="$PIANO" tipo=idea \
    descrizione='Condivisione di idee e progetti'
BISOGNO=$(on gravina-in-puglia add bisogno comune_id=072023 descrizione='Accoglienza di chi non sa a chi rivolgersi' \
    fase=conosciuto)
on gravina-in-puglia add bisogno_intervento bisogno_id="$BISOGNO" intervento_id="$SERVIZIO"
on gravina-in-puglia add partecipazione incontro_id="$SEDUTA" nominativo='Delegato di Gravina (esempio)' \
    ruolo='delegato del comune' comune_id=072023

COOPERATIVA=$(on santeramo-in-colle add soggetto denominazione='Cooperativa partner (esempio)' tipo_soggetto=COO \
    comune_id='Santeramo in Colle')
on santeramo-in-colle add progetto_soggetto progetto_id="$HELP" soggetto_id="$COOPERATIVA" ruolo=partner
on santeramo-in-colle add partecipazione incontro_id="$SEDUTA" nominativo='Delegato di Santeramo (esempio)' \
    ruolo='delegato del comune' comune_id=072041

on poggiorsini add bisogno comune_id=Poggiorsini espresso=no \
    descrizione='Conoscenza del territorio: chi è solo non lo dice'
on poggiorsini add partecipazione incontro_id="$SEDUTA" nominativo='Delegato di Poggiorsini (esempio)' \
    ruolo='delegato del comune' comune_id=Poggiorsini

for comune in gravina-in-puglia poggiorsini santeramo-in-colle; do on "$comune" sync; done

# ---- The session is held: two approvals in one meeting, of two years.

on altamura sync
on altamura add partecipazione incontro_id="$SEDUTA" soggetto_id="$PROMOTORE" ruolo='responsabile del progetto' \
    nominativo='Responsabile (esempio)'
on altamura add partecipazione incontro_id="$SEDUTA" soggetto_id="$PROMOTORE" ruolo='coordinatrice del progetto' \
    nominativo='Coordinatrice (esempio)'
on altamura add approvazione piano_id="$PIANO" annualita_id="$ANNO_2020" oggetto=rendicontazione \
    incontro_id="$SEDUTA" data=2021-11-29
on altamura add approvazione piano_id="$PIANO" annualita_id="$ANNO_2021" oggetto=programmazione \
    incontro_id="$SEDUTA" data=2021-11-29
on altamura edit "$ANNO_2020" stato_rendicontazione=approvata
on altamura edit "$ANNO_2021" stato_programmazione=approvata
on altamura edit "$SEDUTA" stato=svolto
on altamura edit "$BISOGNO" priorita=1
on altamura sync
