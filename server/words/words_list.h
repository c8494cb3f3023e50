/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * words_list - every text of a report: its name, English, French, Dutch.
 *
 * Included by words.h and words.c only, each with its own WORD(). Numbers in
 * braces are the places where figures go; all languages have the same ones,
 * in their own order.
 */
/* clang-format off */

/* The head. */
WORD(REPORT, "Usage report", "Rapport d’utilisation", "Verbruiksrapport")
WORD(STATEMENT, "Usage statement", "Relevé d’utilisation", "Verbruiksstaat")
WORD(STATE_OPEN, "Period under way", "Période en cours", "Lopende periode")
WORD(STATE_OVER, "Not yet sealed", "Pas encore scellé", "Nog niet verzegeld")
WORD(STATE_SEALED, "Sealed", "Scellé", "Verzegeld")
WORD(NOTE_OPEN,
    "Figures as of {1}. They change until the period ends.",
    "Chiffres au {1}. Ils évoluent jusqu’à la fin de la période.",
    "Cijfers op {1}. Ze veranderen tot het einde van de periode.")
WORD(NOTE_OVER,
    "The period has ended; the figures are final once they are sealed.",
    "La période est terminée\u00a0; les chiffres seront définitifs une fois "
    "scellés.",
    "De periode is voorbij; de cijfers zijn definitief zodra ze verzegeld "
    "zijn.")
WORD(NOTE_SEALED,
    "Final figures: a correction would appear in a later period.",
    "Chiffres définitifs\u00a0: une correction paraîtrait dans une période "
    "ultérieure.",
    "Definitieve cijfers: een correctie zou in een latere periode staan.")
WORD(MEMBER, "Member", "Membre", "Lid")
WORD(PUBLISHER, "Responsible publisher", "Éditeur responsable",
    "Verantwoordelijke uitgever")
WORD(PERIOD, "Period", "Période", "Periode")
WORD(ZONE, "Time zone", "Fuseau horaire", "Tijdzone")
WORD(PLAN, "Plan", "Formule", "Formule")
WORD(RELAY, "Relay", "Relais", "Relay")
WORD(MADE, "Made on", "Établi le", "Opgemaakt op")
WORD(HASH, "SHA-256 of the CSV", "SHA-256 du CSV", "SHA-256 van de CSV")
WORD(DATE_RANGE, "{1} to {2}", "du {1} au {2}", "{1} tot en met {2}")
WORD(TIME_RANGE, "{1} to {2}", "de {1} à {2}", "{1} tot {2}")
WORD(CONTENTS, "Contents", "Sommaire", "Inhoud")
WORD(PAGE, "Page {1} of {2}", "Page {1} sur {2}", "Pagina {1} van {2}")

/* The first page. */
WORD(OVERVIEW, "Overview", "Vue d’ensemble", "Overzicht")
WORD(BYTES_EXACT, "{1} bytes", "{1} octets", "{1} bytes")
WORD(AVERAGE_OF, "{1} listeners on average", "{1} auditeurs en moyenne",
    "gemiddeld {1} luisteraars")
WORD(RATE_AVERAGE, "{1} on average", "{1} en moyenne", "gemiddeld {1}")
WORD(QUOTA, "Quota", "Quota", "Quotum")
WORD(QUOTA_USED, "{1} of {2} used: {3}", "{1} utilisés sur {2}\u00a0: {3}",
    "{1} van {2} gebruikt: {3}")
WORD(QUOTA_LEFT, "{1} left", "il reste {1}", "{1} over")
WORD(QUOTA_OVER, "{1} over the quota", "{1} au-delà du quota",
    "{1} boven het quotum")
WORD(PROJECTION, "At this rate, {1} by the end of the period.",
    "À ce rythme, {1} à la fin de la période.",
    "In dit tempo {1} aan het einde van de periode.")
WORD(SIGN_DATE, "Date", "Date", "Datum")
WORD(SIGN_NAME, "Name and signature", "Nom et signature",
    "Naam en handtekening")
WORD(APPROVAL, "For approval", "Pour accord", "Voor akkoord")

/* Sections and their tables. */
WORD(TRAFFIC, "Traffic", "Trafic", "Verkeer")
WORD(RATE, "Rate", "Débit", "Snelheid")
WORD(AUDIENCE, "Audience", "Audience", "Publiek")
WORD(BY_MOUNT, "By mount", "Par point de montage", "Per mountpoint")
WORD(BY_CODEC, "By codec", "Par codec", "Per codec")
WORD(SOURCES, "Sources on air", "Sources à l’antenne",
    "Bronnen in de uitzending")
WORD(STORAGE, "Recordings", "Enregistrements", "Opnames")
WORD(DAYS, "Day by day", "Jour par jour", "Dag per dag")
WORD(ADJUSTMENTS, "Corrections", "Corrections", "Correcties")
WORD(DEFINITIONS, "Definitions", "Définitions", "Definities")
WORD(NOTHING, "Nothing in this period.", "Rien dans cette période.",
    "Niets in deze periode.")
WORD(NO_TRAFFIC, "No traffic in this period.",
    "Aucun trafic dans cette période.", "Geen verkeer in deze periode.")
WORD(NO_LISTENING, "Nobody listened in this period.",
    "Personne n’a écouté dans cette période.",
    "Niemand luisterde in deze periode.")
WORD(FIGURES, "The figures", "Les chiffres", "De cijfers")
WORD(TOTAL, "Total", "Total", "Totaal")
WORD(KIND, "Kind", "Type", "Soort")
WORD(SENT, "Sent", "Envoyé", "Verzonden")
WORD(SENT_WIRE, "on the wire", "sur la ligne", "op de lijn")
WORD(RECEIVED, "Received", "Reçu", "Ontvangen")
WORD(TLS, "Over TLS", "Par TLS", "Via TLS")
WORD(MOUNT, "Mount", "Point de montage", "Mountpoint")
WORD(CODEC, "Codec", "Codec", "Codec")
WORD(HOURS, "Hours", "Heures", "Uren")
WORD(AVERAGE, "Average", "Moyenne", "Gemiddeld")
WORD(PEAK, "Peak", "Maximum", "Piek")
WORD(PEAK_TIME, "at", "à", "om")
WORD(SESSIONS, "Sessions", "Sessions", "Sessies")
WORD(ENCODER, "Encoder", "Encodeur", "Encoder")
WORD(ON_AIR, "On air", "À l’antenne", "In de uitzending")
WORD(BROADCASTS, "Broadcasts", "Émissions", "Uitzendingen")
WORD(CUTS, "Lost links", "Coupures", "Verbroken")
WORD(LONGEST_GAP, "Longest gap", "Plus longue pause", "Langste pauze")
WORD(DAY, "Day", "Jour", "Dag")
WORD(LISTENERS, "Listeners", "Auditeurs", "Luisteraars")
WORD(FIELD, "Figure", "Donnée", "Gegeven")
WORD(CHANGE, "Change", "Modification", "Wijziging")
WORD(REASON, "Reason", "Motif", "Reden")
WORD(HOUR, "Hour", "Heure", "Uur")

/* Figures of a line each. */
WORD(AVERAGE_RATE, "Average", "Moyenne", "Gemiddelde")
WORD(PEAK_RATE, "Highest 5 minutes", "Maximum sur 5 minutes",
    "Hoogste 5 minuten")
WORD(OUT95, "95th percentile, sent", "95ᵉ centile, envoyé",
    "95e percentiel, verzonden")
WORD(IN95, "95th percentile, received", "95ᵉ centile, reçu",
    "95e percentiel, ontvangen")
WORD(BILLABLE95, "95th percentile, the larger", "95ᵉ centile, le plus grand",
    "95e percentiel, het grootste")
WORD(SLOTS, "Slots of 5 minutes counted", "Tranches de 5 minutes comptées",
    "Getelde tijdvakken van 5 minuten")
WORD(LISTENING_HOURS, "Listening hours", "Heures d’écoute", "Luisteruren")
WORD(LISTENING_HOURS60, "of sessions of a minute or more",
    "des sessions d’une minute ou plus", "van sessies van een minuut of meer")
WORD(AVERAGE_LISTENERS, "Average listeners", "Auditeurs en moyenne",
    "Luisteraars gemiddeld")
WORD(PEAK_LISTENERS, "Most listeners at once", "Maximum d’auditeurs",
    "Meeste luisteraars tegelijk")
WORD(STARTS, "Sessions begun", "Sessions commencées", "Begonnen sessies")
WORD(SESSIONS60, "Sessions of a minute or more",
    "Sessions d’une minute ou plus", "Sessies van een minuut of meer")
WORD(MEAN_LENGTH, "Average length of these", "Leur durée moyenne",
    "Gemiddelde duur daarvan")
WORD(DAILY_LISTENERS, "Daily listeners, days added up",
    "Auditeurs quotidiens, jours additionnés",
    "Dagelijkse luisteraars, dagen opgeteld")
WORD(PERCENTILE, "95th percentile", "95ᵉ centile", "95e percentiel")
WORD(RECORDING_COUNT, "Recordings kept", "Enregistrements gardés",
    "Bewaarde opnames")
WORD(RECORDING_BYTES, "Space", "Espace", "Ruimte")
WORD(RECORDING_OLDEST, "Oldest", "Le plus ancien", "Oudste")

/* Kinds of traffic. */
WORD(KIND_LIVE, "Listening live", "Écoute en direct", "Live luisteren")
WORD(KIND_HLS, "Listening by HLS", "Écoute par HLS", "Luisteren via HLS")
WORD(KIND_SOURCE_IN, "Encoders", "Encodeurs", "Encoders")
WORD(KIND_PAGES, "Web pages", "Pages web", "Webpagina’s")
WORD(KIND_WASTE, "Refused requests", "Requêtes refusées",
    "Geweigerde verzoeken")
WORD(KIND_RELAY_OUT, "To other relays", "Vers d’autres relais",
    "Naar andere relays")
WORD(KIND_RELAY_IN, "From other relays", "Depuis d’autres relais",
    "Van andere relays")
WORD(KIND_ARCHIVE, "Recordings on demand", "Enregistrements à la demande",
    "Opnames op aanvraag")
WORD(KIND_FEED, "Feeds", "Flux", "Feeds")
WORD(KIND_OFFSITE, "Copies elsewhere", "Copies ailleurs", "Kopieën elders")

/* Graphs: headings, keys, and what each says. */
WORD(GRAPH_TRAFFIC, "Traffic per day", "Trafic par jour", "Verkeer per dag")
WORD(GRAPH_RATE, "Rate over the period", "Débit au fil de la période",
    "Snelheid door de periode heen")
WORD(GRAPH_LISTENERS, "Listeners over the period",
    "Auditeurs au fil de la période", "Luisteraars door de periode heen")
WORD(GRAPH_LENGTHS, "How long people listened", "Durée des écoutes",
    "Hoelang er geluisterd werd")
WORD(GRAPH_HEAT, "When people listened", "Moments d’écoute",
    "Wanneer er geluisterd werd")
WORD(KEY_CONTENT, "content", "contenu", "inhoud")
WORD(KEY_WIRE, "on the wire", "sur la ligne", "op de lijn")
WORD(KEY_RATE, "sent", "envoyé", "verzonden")
WORD(KEY_AVERAGE, "average", "moyenne", "gemiddelde")
WORD(KEY_PEAK, "peak", "maximum", "piek")
WORD(KEY_P95, "95th percentile {1}", "95ᵉ centile {1}", "95e percentiel {1}")
WORD(SAYS_TRAFFIC, "Most on {1}: {2}. On average {3} a day.",
    "Maximum le {1}\u00a0: {2}. En moyenne {3} par jour.",
    "Meeste op {1}: {2}. Gemiddeld {3} per dag.")
WORD(SAYS_RATE, "Average {1}; highest 5 minutes {2}, on {3}.",
    "Moyenne {1}\u00a0; maximum sur 5 minutes {2}, le {3}.",
    "Gemiddeld {1}; hoogste 5 minuten {2}, op {3}.")
WORD(SAYS_LISTENERS, "{1} on average; most at once {2}, on {3}.",
    "{1} en moyenne\u00a0; maximum {2}, le {3}.",
    "Gemiddeld {1}; meeste tegelijk {2}, op {3}.")
WORD(SAYS_LENGTHS, "{1} sessions, {2} of a minute or more.",
    "{1} sessions, dont {2} d’une minute ou plus.",
    "{1} sessies, waarvan {2} van een minuut of meer.")
WORD(SAYS_HEAT, "Hours of listening, by weekday and hour. Most: {1}, {2}, "
    "{3}.",
    "Heures d’écoute, par jour de la semaine et heure. "
    "Maximum\u00a0: {1}, {2}, {3}.",
    "Luisteruren, per weekdag en uur. Meeste: {1}, {2}, {3}.")
WORD(HOURS_OF, "{1} hours", "{1} heures", "{1} uur")

/* clang-format on */
