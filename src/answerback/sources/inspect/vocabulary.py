"""What people call the columns of sales tables and the things in them, in English, German and Dutch.

A column's name is cut into words; a meaning fits best where all its words are the name, less where they are part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

NAMES: Final = MappingProxyType(
    {
        "id": "id,record id,row id,call id,activity id,event id,uid,anruf id,anrufnummer,vorgangsnummer,gesprek id,"
        "gespreksnummer",
        "time": "time,timestamp,time timestamp,date,datetime,when,start,start time,started at,call time,activity date,"
        "sent at,sent,occurred at,begin,began,zeit,zeitpunkt,datum,uhrzeit,beginn,startzeit,tijd,tijdstip,starttijd,"
        "aanvang",
        "opened": "created,created at,create date,opened,open date,engage date,reg date,registered,erstellt,"
        "erstellt am,angelegt,aangemaakt,aanmaakdatum",
        "closed": "closed,closed at,close date,closing date,won date,abschluss,abschlussdatum,sluitdatum,afgesloten",
        "changed": "modified,modified at,last modified,updated,updated at,geändert,gewijzigd",
        "rep": "rep,org resource,agent,owner,sales agent,sales rep,salesperson,seller,user,resource,employee,clerk,"
        "assigned to,account manager,mitarbeiter,verkäufer,verkaeufer,berater,bearbeiter,medewerker,verkoper,adviseur",
        "manager": "manager,supervisor,team lead,vorgesetzter,teamleiter,leidinggevende,teamleider",
        "team": "team,group,department,regional office,abteilung,gruppe,afdeling,groep",
        "account": "account,account id,company,customer,customer id,client,organisation,organization,firma,kunde,"
        "kundennummer,unternehmen,bedrijf,klant,klantnummer,case,case id,"
        "case concept name",
        "contact": "contact,contact id,person,ansprechpartner,kontakt,contactpersoon",
        "email": "email,e mail,mail,email address,mailadresse,e mailadres",
        "deal": "deal,deal id,opportunity,opportunity id,verkaufschance,chance,verkoopkans",
        "kind": "type,kind,channel,activity,activity type,event type,concept name,art,typ,kanal,aktivität,soort,kanaal,"
        "activiteit",
        "lifecycle": "lifecycle,transition,lifecycle transition",
        "direction": "direction,call direction,in out,richtung,anrufrichtung,richting",
        "result": "outcome,disposition,result,call result,status,ergebnis,resultat,resultaat,uitkomst",
        "stage": "stage,deal stage,phase,pipeline stage,stufe,verkaufsphase,fase,verkoopfase",
        "amount": "amount,value,close value,deal value,revenue,price,betrag,wert,summe,umsatz,bedrag,waarde,omzet",
        "currency": "currency,currency code,währung,waehrung,valuta",
        "product": "product,product line,produkt,product group,productgroep",
        "industry": "industry,sector,branche,bedrijfstak",
        "region": "region,country,territory,office location,land,gebiet,regio",
        "name": "name,full name,bezeichnung,naam",
        "duration": "duration,talk time,duration s,seconds,duration sec,minutes,dauer,duur,gesprächsdauer,gespreksduur",
        "message": "message id,internet message id",
        "answers": "in reply to,references",
    }
)
"""What a column may mean, and what it is called then."""

SAID: Final = MappingProxyType(
    {
        "call": r"call|phone|dial|anruf|telefon|bellen|gebeld",
        "email": r"e-?mail|mailing|nachricht gesendet",
        "meeting": r"meeting|demo|termin|besprechung|afspraak|appointment",
        "visit": r"visit|besuch|bezoek",
        "proposal": r"(?:offer|quote|proposal).*sent|sent.*(?:offer|quote|proposal)|angebot|offerte",
    }
)
"""Words by which an activity is an effort of a kind. The first that fits counts."""
ACTED: Final = MappingProxyType(
    {
        "returned_offer": r"sent[_ ]back|returned|retour",
        "signed": r"signed|unterschrieben|getekend|ondertekend",
        "inquired": r"inquir|enquir|submitted|anfrage|eingereicht|ingediend",
        "replied": r"repl(?:y|ied)|antwort|antwoord",
    }
)
"""Words by which an activity is a buyer's act. They come before the words of efforts."""
OUTBOUND: Final = r"^(?:out(?:bound|going)?|ausgehend|raus|uitgaand|uit)$"
INBOUND: Final = r"^(?:in(?:bound|coming)?|eingehend|rein|inkomend)$"
REACHED: Final = r"^(?:answered|connected|completed|reached|spoke|ok|angenommen|erreicht|beantwoord|bereikt|opgenomen)"


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name.

    >>> words_of("SalesAgent_ID"), words_of("case:concept:name"), words_of("E-Mail")
    (('sales', 'agent', 'id'), ('case', 'concept', 'name'), ('e', 'mail'))
    """
    parted = re.sub(r"(?<=[a-zäöü])(?=[A-Z])", " ", name)
    return tuple(re.findall(r"[^\W_]+", parted.lower()))


def likeness(name: str, meaning: str) -> float:
    """How well a column's name fits a meaning: 1 is the very word, 0 has nothing in common.

    >>> likeness("Opportunity ID", "deal"), likeness("Lead Owner", "rep"), likeness("colour", "rep")
    (1.0, 0.7, 0.0)
    """
    words = words_of(name)
    return max((_likeness(words, words_of(each)) for each in NAMES[meaning].split(",")), default=0.0)


def _likeness(words: tuple[str, ...], wanted: tuple[str, ...]) -> float:
    if words == wanted:
        return 1.0
    if not words or not set(wanted) <= set(words):
        return 0.0
    # The last word is what a name is of: a "sales agent" is an agent, a "product price" is a price.
    last = words[-len(wanted) :] == wanted or (words[-1] in {"id", "name"} and words[-1 - len(wanted) : -1] == wanted)
    return 0.7 if last else 0.4


def kind_of(text: str, said: Iterable[tuple[str, str]]) -> str:
    """The kind whose words are in a text, or nothing.

    >>> kind_of("W_Nabellen offertes", SAID.items()), kind_of("Lunch", SAID.items())
    ('call', '')
    """
    return next((kind for kind, pattern in said if re.search(pattern, text.lower())), "")
