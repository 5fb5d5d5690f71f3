#!/bin/sh
# Putignano, the fourth Piano Sociale di Zona (2018-2020): a tavolo di concertazione in each of the five comuni on the
# area "Inclusione sociale - Cultura dell'accoglienza"; who took part, in which role; proposals and what became of
# them.
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

# ---- The plan, and an objective for each theme of the area: the themes are children of INC in the code list.

AMBITO=$(on putignano status --json | sed -n 's/.*"ambito_id": "\([^"]*\)".*/\1/p')
PIANO=$(on putignano add piano_di_zona ambito_id="$AMBITO" ordinale=4 denominazione='IV Piano Sociale di Zona' \
    anno_inizio=2018 anno_fine=2020 strumento=accordo_di_programma)
ANNO=$(on putignano add annualita piano_id="$PIANO" anno=2018)

# objective AREA TITLE: prints its id.
objective() {
    on putignano add obiettivo piano_id="$PIANO" tipo=strategico titolo="$2" area_tematica="$1"
}

INFANZIA=$(objective PRI 'Servizi per la prima infanzia')
FAMIGLIE=$(objective MIN 'Sostegno a minori e famiglie')
VIOLENZA=$(objective VIO 'Contro il maltrattamento e la violenza')
ACCOGLIENZA=$(objective ACC "Cultura dell'accoglienza")
ACCESSO=$(objective WEL 'Welfare di accesso')
objective POV 'Contrasto alla povertà'

# RED and REI are measures under the theme of poverty, with an end of their own.
on putignano add intervento annualita_id="$ANNO" titolo='Reddito di dignità' titolare=ambito area_tematica=RED
on putignano add intervento annualita_id="$ANNO" titolo='Reddito di inclusione' titolare=ambito area_tematica=REI
on putignano sync

# ---- A tavolo in each comune, the first on Tuesday 10 April 2018 in the Sala Consiliare of Putignano. Each comune
# ---- calls its own, notes who came, and takes down the proposals of the bodies that bear a public interest.

while IFS='|' read -r file codice data luogo agenda nome; do
    on "$file" sync
    TAVOLO=$(on "$file" add tavolo piano_id="$PIANO" denominazione="Tavolo di concertazione di $nome" \
        tipo=concertazione area_tematica=INC)
    INCONTRO=$(on "$file" add incontro tavolo_id="$TAVOLO" comune_id="$codice" tipo=tavolo data="$data" \
        luogo="$luogo" ordine_del_giorno="$agenda" stato=svolto)
    on "$file" add partecipazione incontro_id="$INCONTRO" comune_id="$codice" ruolo=assessore \
        nominativo="Assessore di $nome (esempio)"
    on "$file" add partecipazione incontro_id="$INCONTRO" comune_id="$codice" ruolo='responsabile dei servizi sociali' \
        nominativo="Responsabile di $nome (esempio)"
    on "$file" add partecipazione incontro_id="$INCONTRO" comune_id=Putignano \
        ruolo="coordinatore dell'Ufficio di Piano" nominativo='Coordinatore (esempio)'
    ENTE=$(on "$file" add soggetto denominazione="Soggetto portatore di interesse pubblico, $nome (esempio)" \
        tipo_soggetto=VOL comune_id="$codice")
    on "$file" add partecipazione incontro_id="$INCONTRO" soggetto_id="$ENTE" \
        ruolo='soggetto portatore di interesse pubblico'
    on "$file" add proposta incontro_id="$INCONTRO" soggetto_id="$ENTE" comune_id="$codice" presentata_il="$data" \
        titolo="Proposta del tavolo di $nome (esempio)" testo='Testo della proposta (esempio)'
    on "$file" sync
done <<'FINE'
putignano|072036|2018-04-10|Sala Consiliare|Area Inclusione sociale - Cultura dell'accoglienza|Putignano
noci|072031|2018-04-12||Area Inclusione sociale (data di esempio)|Noci
castellana-grotte|072017|2018-04-17||Area Inclusione sociale (data di esempio)|Castellana Grotte
locorotondo|072025|2018-04-19||Area Inclusione sociale (data di esempio)|Locorotondo
alberobello|072003|2018-04-24||Area Inclusione sociale (data di esempio)|Alberobello
FINE

# ---- The needs that the tavoli brought, each in its theme.

on noci add bisogno comune_id=Noci area_utenza=FAM area_tematica=PRI descrizione='Posti nei nidi (esempio)'
on castellana-grotte add bisogno comune_id='Castellana Grotte' area_tematica=VIO espresso=no \
    descrizione='Violenza che non si denuncia (esempio)'
on locorotondo add bisogno comune_id=Locorotondo area_tematica=WEL descrizione='Sapere a chi rivolgersi (esempio)'
for comune in noci castellana-grotte locorotondo; do on "$comune" sync; done

# ---- The capofila answers every proposal, with its reasons.

on putignano sync

# answer TITLE OUTCOME OBJECTIVE REASON: finds the proposal by its title.
answer() {
    PROPOSTA=$(on putignano list proposta --where titolo="Proposta del tavolo di $1 (esempio)" --json |
        sed -n 's/.*"id": "\([^"]*\)".*/\1/p')
    on putignano add proposta_esito proposta_id="$PROPOSTA" esito="$2" obiettivo_id="$3" motivazione="$4 (esempio)" \
        data=2018-05-15
}

answer Putignano accolta "$FAMIGLIE" 'Entra nel piano'
answer Noci accolta "$INFANZIA" 'Entra nel piano'
answer 'Castellana Grotte' accolta_in_parte "$VIOLENZA" 'Con le risorse che ci sono'
answer Locorotondo rinviata "$ACCESSO" 'Alla prossima annualità'
answer Alberobello respinta '' 'Non compete al piano'
on putignano edit "$ACCOGLIENZA" priorita=1
on putignano edit "$PIANO" stato=concertato
on putignano sync
