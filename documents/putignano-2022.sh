#!/bin/sh
# Putignano, the plan 2022-2024: six meetings of the path "Spazi di Comunità", two of them on one day, the plenary
# last; then objectives, interventi with their LEPS and places, resources, quality, monitoring, rendicontazione.
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

others='noci castellana-grotte locorotondo alberobello'

# ---- The plan (it bears no number) and the tavolo of co-programming.

AMBITO=$(on putignano status --json | sed -n 's/.*"ambito_id": "\([^"]*\)".*/\1/p')
PIANO=$(on putignano add piano_di_zona ambito_id="$AMBITO" denominazione='Piano Sociale di Zona 2022-2024' \
    anno_inizio=2022 anno_fine=2024 strumento=accordo_di_programma)
ANNO=$(on putignano add annualita piano_id="$PIANO" anno=2022)
TAVOLO=$(on putignano add tavolo piano_id="$PIANO" percorso='Spazi di Comunità' \
    denominazione='Tavolo di coprogrammazione' tipo=coprogrammazione)
on putignano sync
for comune in $others; do on "$comune" sync; done

# ---- The six meetings. Each is written by its host; two comuni meet on the same day; one place has no street.

# meeting COMUNE CODE KIND DATE FROM TO PLACE STREET AGENDA: prints its id.
meeting() {
    on "$1" add incontro tavolo_id="$TAVOLO" comune_id="$2" tipo="$3" data="$4" ora_inizio="$5" ora_fine="$6" \
        luogo="$7" indirizzo="$8" ordine_del_giorno="$9"
}

PRIMO=$(meeting putignano 072036 tavolo 2022-07-25 10:00 13:00 'Centro Anziani' 'via G. Angelini 26/L' \
    'Spazi di Comunità')
NOCI=$(meeting noci 072031 tavolo 2022-07-25 17:00 20:00 'Laboratori Urbani' 'via Repubblica 4' 'Spazi di Comunità')
CASTELLANA=$(meeting castellana-grotte 072017 tavolo 2022-07-26 10:00 13:00 \
    'Palazzo Municipale, Sala delle Cerimonie' '' 'Spazi di Comunità')
LOCOROTONDO=$(meeting locorotondo 072025 tavolo 2022-07-27 17:00 20:00 \
    'Villa Mitolo, sala don Lino Palmisano' 'via Almirante' 'Spazi di Comunità')
ALBEROBELLO=$(meeting alberobello 072003 tavolo 2022-07-28 17:00 20:00 'Casa Alberobello' 'largo Martellotta' \
    'Spazi di Comunità')
PLENARIA=$(meeting putignano 072036 plenaria 2022-07-29 10:00 13:00 'Sala consiliare' '' \
    'Illustrazione e condivisione dei risultati dei tavoli')

# The nine kinds of participants that the notice invites, one of each, spread over the tavoli.
while IFS='|' read -r file tipo nome incontro; do
    ENTE=$(on "$file" add soggetto denominazione="$nome (esempio)" tipo_soggetto="$tipo")
    case $incontro in
        putignano) INCONTRO=$PRIMO ;;
        noci) INCONTRO=$NOCI ;;
        castellana) INCONTRO=$CASTELLANA ;;
        locorotondo) INCONTRO=$LOCOROTONDO ;;
        alberobello) INCONTRO=$ALBEROBELLO ;;
    esac
    on "$file" add partecipazione incontro_id="$INCONTRO" soggetto_id="$ENTE" ruolo='partecipante'
done <<'FINE'
putignano|CIT|Cittadini del quartiere|putignano
putignano|IST|Istituto scolastico|putignano
noci|SOC|Operatori sociali|noci
noci|SAN|Operatori sanitari|noci
castellana-grotte|EDU|Operatori educativi|castellana
castellana-grotte|VOL|Associazione di volontariato|castellana
locorotondo|COO|Cooperativa sociale|locorotondo
alberobello|IMP|Impresa|alberobello
alberobello|RIC|Gruppo di ricerca|alberobello
FINE

# The plenary shares the results: it needs the minutes of the others.
on noci edit "$NOCI" stato=svolto verbale='Verbale del tavolo di Noci (esempio)'
on castellana-grotte edit "$CASTELLANA" stato=svolto verbale='Verbale del tavolo di Castellana Grotte (esempio)'
on locorotondo edit "$LOCOROTONDO" stato=svolto verbale='Verbale del tavolo di Locorotondo (esempio)'
on alberobello edit "$ALBEROBELLO" stato=svolto verbale='Verbale del tavolo di Alberobello (esempio)'
on putignano edit "$PRIMO" stato=svolto verbale='Verbale del tavolo di Putignano (esempio)'
for comune in $others putignano; do on "$comune" sync; done
on putignano edit "$PLENARIA" stato=svolto verbale='I risultati dei cinque tavoli sono condivisi (esempio)'

# ---- Strategic objectives with their priority; interventi: essential levels, groups of people, organisation, quality.

COMUNITA=$(on putignano add obiettivo piano_id="$PIANO" tipo=strategico titolo='Spazi di comunità' priorita=1)
ACCESSO=$(on putignano add obiettivo piano_id="$PIANO" tipo=strategico titolo='Accesso ai servizi (esempio)' priorita=2)
SPORTELLO=$(on putignano add intervento annualita_id="$ANNO" codice_scheda=1 titolo='Porta di accesso (esempio)' \
    titolare=ambito gestione=diretta tipo_azione=integrazione macrolivello_fnps=1 stato=approvato \
    modalita_organizzative='Uno sportello in ogni comune, una regia comune (esempio)' \
    requisiti_qualita='Risposta entro cinque giorni (esempio)')
DOMICILIARE=$(on putignano add intervento annualita_id="$ANNO" codice_scheda=2 \
    titolo='Assistenza domiciliare (esempio)' titolare=ambito gestione=affidamento \
    tipo_azione=integrazione macrolivello_fnps=2 stato=approvato \
    modalita_organizzative='Con i servizi sanitari (esempio)' requisiti_qualita='Personale qualificato (esempio)')
while read -r intervento tipo codice; do
    on putignano add intervento_voce intervento_id="$intervento" tipo="$tipo" codice="$codice"
done <<FINE
$SPORTELLO leps LEPS01
$SPORTELLO leps LEPS02
$SPORTELLO obiettivo $ACCESSO
$SPORTELLO obiettivo $COMUNITA
$DOMICILIARE leps LEPS10
$DOMICILIARE area_utenza ANZ
FINE

# ---- Money of the ambito: the capofila's.

on putignano add assegnazione_fondo annualita_id="$ANNO" fonte=FNPS importo_cent=300.000,00 atto='importo di esempio'
on putignano add voce_budget intervento_id="$SPORTELLO" fonte=FNPS importo_cent=180.000,00
on putignano sync

# ---- Each comune: where the services run, its own money, its staff, a measure; then its rendicontazione, sent.

while read -r file codice importo quanti fte; do
    on "$file" sync
    on "$file" add intervento_comune intervento_id="$SPORTELLO" comune_id="$codice" attivo=si sede='Municipio (esempio)'
    on "$file" add stanziamento_comune annualita_id="$ANNO" comune_id="$codice" fonte=COM importo_cent="$importo"
    on "$file" add voce_budget intervento_id="$SPORTELLO" fonte=COM comune_id="$codice" importo_cent="$importo"
    on "$file" add personale_ambito comune_id="$codice" anno=2022 profilo=assistente_sociale rapporto=indeterminato \
        fte_centesimi="$fte"
    on "$file" add rilevazione comune_id="$codice" annualita_id="$ANNO" intervento_id="$SPORTELLO" indicatore=UTE \
        periodo=2022-S2 valore="$quanti" unita=persone rilevato_il=2023-01-10
    RENDICONTAZIONE=$(on "$file" add rendicontazione_comune annualita_id="$ANNO" comune_id="$codice")
    APERTA=$(on "$file" add rendicontazione_passaggio rendicontazione_id="$RENDICONTAZIONE" comune_id="$codice" \
        da=da_compilare a=in_compilazione attore=comune avvenuto=2023-02-01T09:00:00Z)
    on "$file" add rendicontazione_passaggio rendicontazione_id="$RENDICONTAZIONE" comune_id="$codice" \
        da=in_compilazione a=inviata attore=comune avvenuto=2023-03-01T10:00:00Z precedente_id="$APERTA"
    on "$file" sync
done <<'FINE'
putignano 072036 52.000,00 210 500
noci 072031 37.000,00 140 350
castellana-grotte 072017 38.500,00 150 400
locorotondo 072025 28.000,00 96 250
alberobello 072003 21.000,00 75 200
FINE

# Resources that are not money, and what was spent: one comune as an example.
on noci add risorsa comune_id=Noci tipo=strutturale denominazione='Laboratori Urbani' rilevata_al=2022-07-25
IMPEGNO=$(on noci add movimento_spesa comune_id=Noci annualita_id="$ANNO" intervento_id="$SPORTELLO" fonte=COM \
    fase=impegno importo_cent=20.000,00 data=2022-10-03)
LIQUIDATO=$(on noci add movimento_spesa comune_id=Noci annualita_id="$ANNO" intervento_id="$SPORTELLO" fonte=COM \
    fase=liquidazione importo_cent=12.000,00 data=2022-11-15 impegno_id="$IMPEGNO")
# A wrong amount is not changed: it is undone by another row.
on noci add movimento_spesa comune_id=Noci annualita_id="$ANNO" intervento_id="$SPORTELLO" fonte=COM fase=liquidazione \
    importo_cent=-2.000,00 data=2022-11-20 storno_di="$LIQUIDATO" impegno_id="$IMPEGNO"
on noci sync

# ---- The capofila examines what was sent, validates one, asks another to correct; it judges the objectives.

on putignano sync

# step COMUNE FROM TO WHEN: the capofila's passage after the last one of that comune.
step() {
    RENDICONTAZIONE=$(on putignano list rendicontazione_comune --where comune_id="$1" --json |
        sed -n 's/.*"id": "\([^"]*\)".*/\1/p')
    ULTIMO=$(on putignano list rendicontazione_passaggio --where comune_id="$1" --where a="$2" --json |
        sed -n 's/.*"id": "\([^"]*\)".*/\1/p')
    on putignano add rendicontazione_passaggio rendicontazione_id="$RENDICONTAZIONE" comune_id="$1" da="$2" a="$3" \
        attore=capofila avvenuto="$4" precedente_id="$ULTIMO"
}

step Noci inviata in_riesame 2023-03-10T09:00:00Z
step Noci in_riesame validata 2023-03-20T09:00:00Z
step Locorotondo inviata in_riesame 2023-03-10T09:30:00Z
step Locorotondo in_riesame attesa_rettifica 2023-03-21T09:00:00Z
on putignano add valutazione obiettivo_id="$ACCESSO" anno=2022 esito=parziale \
    testo='Sportelli aperti, orari da estendere (esempio)'
on putignano add valutazione intervento_id="$SPORTELLO" anno=2022 esito=raggiunto \
    testo='Attivo in tutti i comuni (esempio)'
on putignano sync
for comune in $others; do on "$comune" sync; done
