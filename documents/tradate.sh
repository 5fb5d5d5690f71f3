#!/bin/sh
# Tradate: bodies of the third sector adhere, by 12 March 2015, to the Ufficio di Piano; what each brings becomes
# shared. No tavolo has a forced area, and nothing a forced value in money.
#
# ZONA is the program, REPLICHE the folder with one enrolled replica a comune. What the document does not say, and a
# row must, is marked "esempio". The document does not list the comuni of the ambito: those here are to be verified.
set -eu
: "${ZONA:=zona}" "${REPLICHE:?the folder of the replicas}"

# on COMUNE COMMAND ...: that comune's operator gives a command of zona on its replica.
on() {
    comune=$1
    shift
    "$ZONA" "$@" --file "$REPLICHE/$comune.sqlite" --operator "Operatore di $comune" </dev/null
}

# ---- The plan, adopted by an accordo di programma that also governs relations with the third sector; the term.

AMBITO=$(on tradate status --json | sed -n 's/.*"ambito_id": "\([^"]*\)".*/\1/p')
PIANO=$(on tradate add piano_di_zona ambito_id="$AMBITO" denominazione='Piano di Zona (triennio di esempio)' \
    anno_inizio=2015 anno_fine=2017 strumento=accordo_di_programma)
ANNO=$(on tradate add annualita piano_id="$PIANO" anno=2015)
on tradate add scadenza piano_id="$PIANO" tipo=adesione data_termine=2015-03-12 bloccante=no \
    descrizione="Disponibilità a partecipare, all'Ufficio di Piano"
on tradate sync
for comune in vedano-olona venegono-inferiore castiglione-olona lonate-ceppino; do on "$comune" sync; done

# ---- The bodies, and their adhesions. An adhesion is a dated act, not a tick; it counts by its own date, and the
# ---- comune that received it writes it down.

# adhere COMUNE ID_OF_BODY DATE LATE
adhere() {
    ADESIONE=$(on "$1" add adesione soggetto_id="$2" piano_id="$PIANO")
    on "$1" add adesione_atto adesione_id="$ADESIONE" tipo=disponibilita data_atto="$3" ricevuto_da="$COMUNE" \
        fuori_termine="$4"
}

COMUNE=Tradate
BANCA_TEMPO=$(on tradate add soggetto denominazione='Banca del tempo (esempio)' tipo_soggetto=VOL comune_id=Tradate)
COOPERATIVA=$(on tradate add soggetto denominazione='Cooperativa sociale (esempio)' tipo_soggetto=COO comune_id=Tradate)
FONDAZIONE=$(on tradate add soggetto denominazione='Fondazione di comunità (esempio)' tipo_soggetto=IST)
adhere tradate "$BANCA_TEMPO" 2015-03-02 no
adhere tradate "$COOPERATIVA" 2015-03-12 no
adhere tradate "$FONDAZIONE" 2015-03-10 no

COMUNE='Vedano Olona'
ORATORIO=$(on vedano-olona add soggetto denominazione='Oratorio (esempio)' tipo_soggetto=EDU comune_id='Vedano Olona')
adhere vedano-olona "$ORATORIO" 2015-03-11 no

# Received in time, written down and synchronised after the term: still in time.
COMUNE='Venegono Inferiore'
CENTRO_ANZIANI=$(on venegono-inferiore add soggetto denominazione='Centro anziani (esempio)' tipo_soggetto=CIT \
    comune_id='Venegono Inferiore')
adhere venegono-inferiore "$CENTRO_ANZIANI" 2015-03-12 no

# One act bears a date after the term: it is accepted, and marked.
COMUNE='Castiglione Olona'
RICERCA=$(on castiglione-olona add soggetto denominazione='Gruppo di ricerca (esempio)' tipo_soggetto=RIC \
    comune_id='Castiglione Olona')
adhere castiglione-olona "$RICERCA" 2015-03-16 si

# ---- What each brings: shared, usable by all, and without a price.

# bring COMUNE ID_OF_BODY KIND TEXT
bring() {
    on "$1" add valore_portato soggetto_id="$2" piano_id="$PIANO" tipo="$3" descrizione="$4" condiviso=si
}

bring tradate "$BANCA_TEMPO" volontari 'Ore scambiate tra vicini'
bring tradate "$COOPERATIVA" competenza 'Educatori che conoscono le famiglie'
bring tradate "$FONDAZIONE" denaro 'Raccolta di fondi per i progetti comuni'
bring vedano-olona "$ORATORIO" spazio 'Sale aperte il pomeriggio'
bring venegono-inferiore "$CENTRO_ANZIANI" relazione 'Chi conosce chi è solo'
bring castiglione-olona "$RICERCA" idea 'Lettura dei bisogni con le persone'

# ---- The adhering bodies say how they take part. No area, no budget.

TAVOLO=$(on tradate add tavolo piano_id="$PIANO" denominazione='Tavolo degli enti aderenti' tipo=coprogettazione \
    strumenti_partecipazione='Decisi dagli enti aderenti: gruppi di lavoro e assemblee (esempio)')
ASSEMBLEA=$(on tradate add incontro tavolo_id="$TAVOLO" comune_id=Tradate tipo=assemblea data=2015-03-20 stato=svolto \
    ordine_del_giorno='Primo incontro degli enti aderenti (data di esempio)')
for ente in "$BANCA_TEMPO" "$COOPERATIVA"; do
    on tradate add partecipazione incontro_id="$ASSEMBLEA" soggetto_id="$ente" ruolo='ente aderente'
done
on tradate add partecipazione incontro_id="$ASSEMBLEA" soggetto_id="$FONDAZIONE" ruolo='ente aderente' presente=no

# ---- Needs, not demands: of people and families, said or unsaid, in three phases; carried by a body, a knot of the
# ---- net. To find, to know, to act.

SOLITUDINE=$(on tradate add bisogno comune_id=Tradate descrizione='Persone sole che non chiedono' espresso=no \
    portato_da="$BANCA_TEMPO")
on vedano-olona add bisogno comune_id='Vedano Olona' descrizione='Ragazzi senza un luogo il pomeriggio' espresso=si \
    fase=conosciuto portato_da="$ORATORIO"
ASCOLTO=$(on venegono-inferiore add bisogno comune_id='Venegono Inferiore' descrizione='Anziani da accompagnare' \
    espresso=si portato_da="$CENTRO_ANZIANI")
on lonate-ceppino add bisogno comune_id='Lonate Ceppino' descrizione='Famiglie che perdono il lavoro' espresso=no \
    fase=individuato

on venegono-inferiore edit "$ASCOLTO" fase=conosciuto
on venegono-inferiore edit "$ASCOLTO" fase=in_risposta
RISPOSTA=$(on venegono-inferiore add intervento annualita_id="$ANNO" titolo='Accompagnamento solidale' titolare=comune)
on venegono-inferiore add bisogno_intervento bisogno_id="$ASCOLTO" intervento_id="$RISPOSTA"
on tradate edit "$SOLITUDINE" fase=conosciuto

# A proposal of the third sector helps to choose the objectives.
on vedano-olona add proposta soggetto_id="$ORATORIO" comune_id='Vedano Olona' titolo='Pomeriggi aperti' \
    testo='Aprire insieme le sale il pomeriggio' presentata_il=2015-03-11

for comune in tradate vedano-olona venegono-inferiore castiglione-olona lonate-ceppino \
    castelseprio gornate-olona venegono-superiore tradate; do on "$comune" sync; done

PROPOSTA=$(on tradate list proposta --json | sed -n 's/.*"id": "\([^"]*\)".*/\1/p')
OBIETTIVO=$(on tradate add obiettivo piano_id="$PIANO" tipo=strategico titolo='Luoghi di incontro per i ragazzi')
on tradate add proposta_esito proposta_id="$PROPOSTA" esito=accolta obiettivo_id="$OBIETTIVO" \
    motivazione="Scelta con gli enti aderenti (esempio)" data=2015-03-20
on tradate sync
