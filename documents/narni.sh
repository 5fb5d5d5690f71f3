#!/bin/sh
# Narni, Ambito 11: twelve comuni, five levels of welfare, four kinds of resources, needs said and unsaid, actions of
# promotion, inclusion and integration.
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

# ---- The capofila: the plan, its instrumental and its strategic objective.

AMBITO=$(on narni status --json | sed -n 's/.*"ambito_id": "\([^"]*\)".*/\1/p')
PIANO=$(on narni add piano_di_zona ambito_id="$AMBITO" denominazione='Piano Sociale di Zona (anni di esempio)' \
    anno_inizio=2022 anno_fine=2024 strumento=convenzione)
ANNO=$(on narni add annualita piano_id="$PIANO" anno=2022)
on narni add obiettivo piano_id="$PIANO" tipo=strumentale priorita=1 titolo='Cinque livelli di welfare' \
    descrizione="Leggero, di supporto familiare, comunitario, residenziale, del sostegno all'emergenza"
on narni add obiettivo piano_id="$PIANO" tipo=strategico priorita=1 titolo='Una comunità che accoglie' \
    descrizione='Competenze, legami, convivenza, accoglienza, sviluppo umano'

# ---- Five levels of welfare. Whoever proposes a card writes its text; its level, its action and its state are the
# ---- capofila's. The first, the third and the fifth are proposed by the capofila itself.

LEGGERO=$(on narni add intervento annualita_id="$ANNO" titolo='Orientamento e accompagnamento' titolare=ambito \
    livello_welfare=LEG tipo_azione=promozione stato=approvato \
    descrizione='Orientamento, mediazione, accompagnamento')
COMUNITARIO=$(on narni add intervento annualita_id="$ANNO" titolo='Percorsi integrati di inclusione' titolare=ambito \
    livello_welfare=COM tipo_azione=inclusione stato=approvato)
EMERGENZA=$(on narni add intervento annualita_id="$ANNO" titolo='Pronto intervento sociale' titolare=ambito \
    livello_welfare=EME tipo_azione=inclusione stato=approvato)
on narni sync

on amelia sync
FAMILIARE=$(on amelia add intervento annualita_id="$ANNO" titolo='Sostegno alle famiglie che curano' titolare=comune)
on amelia sync
on montecastrilli sync
RESIDENZIALE=$(on montecastrilli add intervento annualita_id="$ANNO" titolo='Casa di convivenza' titolare=ambito \
    descrizione='Integrazione tra aree, comparti e amministrazioni')
on montecastrilli sync

on narni sync
on narni edit "$FAMILIARE" livello_welfare=FAM tipo_azione=integrazione stato=approvato
on narni edit "$RESIDENZIALE" livello_welfare=RES tipo_azione=integrazione stato=approvato

# ---- Four kinds of resources. The first is money: what the ambito receives, shared by the capofila.

FONDO=$(on narni add assegnazione_fondo annualita_id="$ANNO" fonte=FNPS importo_cent=120.000,00 \
    atto='importo di esempio')
while read -r codice importo; do
    on narni add quota_comune assegnazione_id="$FONDO" comune_id="$codice" importo_cent="$importo" \
        criterio='riparto di esempio'
done <<'FINE'
055022 35.000,00
055003 5.000,00
055004 20.000,00
055006 6.000,00
055033 7.000,00
055008 6.000,00
055014 6.000,00
055015 6.000,00
055016 5.000,00
055017 13.000,00
055024 6.000,00
055026 5.000,00
FINE
on narni sync

# ---- Each comune on its own replica: a need, said or not; where a service runs; a resource that is not money:
# ---- of buildings, of people, informal.

while IFS='|' read -r file codice espresso fase bisogno tipo risorsa scheda; do
    on "$file" sync
    case $scheda in
        LEG) INTERVENTO=$LEGGERO ;;
        FAM) INTERVENTO=$FAMILIARE ;;
        COM) INTERVENTO=$COMUNITARIO ;;
        RES) INTERVENTO=$RESIDENZIALE ;;
        EME) INTERVENTO=$EMERGENZA ;;
    esac
    BISOGNO=$(on "$file" add bisogno comune_id="$codice" descrizione="$bisogno" espresso="$espresso" fase="$fase")
    on "$file" add bisogno_intervento bisogno_id="$BISOGNO" intervento_id="$INTERVENTO"
    on "$file" add intervento_comune intervento_id="$INTERVENTO" comune_id="$codice" attivo=si data_avvio=2022-03-01 \
        note='data di esempio'
    on "$file" add risorsa comune_id="$codice" tipo="$tipo" denominazione="$risorsa" rilevata_al=2022-02-20
    on "$file" sync
done <<'FINE'
narni|055022|si|in_risposta|Sapere a chi rivolgersi|strutturale|Sede dell'Ufficio di Cittadinanza (esempio)|LEG
alviano|055003|no|individuato|Anziani soli che non chiedono|informale|Vicinato|LEG
amelia|055004|si|conosciuto|Famiglie che curano un parente|umana|Assistenti familiari (esempio)|FAM
attigliano|055006|si|conosciuto|Ragazzi senza luoghi|strutturale|Sala comunale (esempio)|COM
avigliano-umbro|055033|no|individuato|Nuclei che perdono il lavoro|informale|Gruppo di acquisto (esempio)|COM
calvi-dell-umbria|055008|no|conosciuto|Genitori soli|umana|Volontari (esempio)|FAM
giove|055014|si|in_risposta|Nuovi arrivati che cercano lingua e legami|umana|Mediatori (esempio)|COM
guardea|055015|si|conosciuto|Chi resta senza casa|strutturale|Alloggio di emergenza (esempio)|EME
lugnano-in-teverina|055016|no|individuato|Giovani che partono|informale|Pro loco (esempio)|LEG
montecastrilli|055017|si|in_risposta|Anziani che non possono stare soli|strutturale|Casa di convivenza (esempio)|RES
otricoli|055024|no|conosciuto|Chi cura e non ha sollievo|umana|Operatori domiciliari (esempio)|FAM
penna-in-teverina|055026|si|conosciuto|Trasporto verso i servizi|informale|Chi ha l'auto e accompagna|LEG
FINE

# ---- The capofila sees them all, and says which needs come first.

on narni sync
on narni list bisogno --where espresso=no --json | sed -n 's/.*"id": "\([^"]*\)".*/\1/p' |
    while read -r bisogno; do on narni edit bisogno "$bisogno" priorita=1; done
on narni sync
