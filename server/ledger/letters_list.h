/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * letters_list - the texts of letters: LETTER(name, title, body), each in
 * English, French and Dutch, and PHRASE(name, phrase). {facts} are put in by
 * ledger/letters.h. Included several times, with these macros defined. */
/* clang-format off */
#ifdef LETTER

LETTER(overdue,
    "Invoice {invoice}",
    "Facture {invoice}",
    "Factuur {invoice}",
    "Invoice {invoice} of {amount} is due on {due}, and we have not been told"
    " yet that it is paid. If it is on its way, there is nothing to do.\n\n"
    "What happens if it stays unpaid:\n"
    "  {block}: new broadcasts may be refused from this day on;\n"
    "  {delete}: recordings may be listed for deletion.\n\n"
    "A payment ends all of this at once. If it is difficult, please write to"
    " us before these days: there are ways.\n",
    "La facture {invoice} de {amount} est à payer pour le {due}, et son"
    " paiement ne nous a pas encore été signalé. S'il est en route, il n'y a"
    " rien à faire.\n\n"
    "Ce qui se passe si elle reste impayée :\n"
    "  {block} : dès ce jour, de nouvelles diffusions peuvent être refusées ;\n"
    "  {delete} : les enregistrements peuvent être inscrits pour suppression."
    "\n\n"
    "Un paiement met fin à tout cela aussitôt. En cas de difficulté,"
    " écrivez-nous avant ces dates : il y a des solutions.\n",
    "Factuur {invoice} van {amount} is te betalen tegen {due}, en de betaling"
    " is ons nog niet gemeld. Is ze onderweg, dan hoeft u niets te doen.\n\n"
    "Wat er gebeurt als ze onbetaald blijft:\n"
    "  {block}: vanaf deze dag kunnen nieuwe uitzendingen geweigerd worden;\n"
    "  {delete}: opnames kunnen op de lijst voor verwijdering komen.\n\n"
    "Een betaling maakt hier meteen een einde aan. Is het moeilijk, schrijf"
    " ons dan voor deze data: er zijn oplossingen.\n")

LETTER(blocked,
    "New broadcasts are refused for now",
    "Les nouvelles diffusions sont refusées pour l'instant",
    "Nieuwe uitzendingen worden voorlopig geweigerd",
    "Invoice {invoice} of {amount} was due on {due} and is not paid as far as"
    " we know. Since {block}, new broadcasts are refused. Nothing is"
    " deleted.\n\n"
    "If it stays unpaid, recordings may be listed for deletion on {delete}."
    " A payment opens everything again.\n",
    "La facture {invoice} de {amount} était à payer pour le {due} et, à notre"
    " connaissance, ne l'est pas. Depuis le {block}, les nouvelles diffusions"
    " sont refusées. Rien n'est supprimé.\n\n"
    "Si elle reste impayée, les enregistrements peuvent être inscrits pour"
    " suppression le {delete}. Un paiement rouvre tout.\n",
    "Factuur {invoice} van {amount} was te betalen tegen {due} en is dat bij"
    " ons weten niet. Sinds {block} worden nieuwe uitzendingen geweigerd. Er"
    " wordt niets verwijderd.\n\n"
    "Blijft ze onbetaald, dan kunnen opnames op {delete} op de lijst voor"
    " verwijdering komen. Een betaling opent alles opnieuw.\n")

LETTER(due,
    "Listed for deletion",
    "Inscrit pour suppression",
    "Op de lijst voor verwijdering",
    "Invoice {invoice} of {amount} was due on {due} and is not paid as far as"
    " we know. New broadcasts are refused since {block}, and since {delete}"
    " the recordings are listed for deletion.\n\n"
    "Nothing is deleted by itself: a person decides. A payment before that"
    " opens everything again. If you want a copy of what is yours, please"
    " write to us now.\n",
    "La facture {invoice} de {amount} était à payer pour le {due} et, à notre"
    " connaissance, ne l'est pas. Les nouvelles diffusions sont refusées"
    " depuis le {block}, et depuis le {delete} les enregistrements sont"
    " inscrits pour suppression.\n\n"
    "Rien n'est supprimé automatiquement : une personne décide. Un paiement"
    " avant cela rouvre tout. Si vous voulez une copie de ce qui est à vous,"
    " écrivez-nous maintenant.\n",
    "Factuur {invoice} van {amount} was te betalen tegen {due} en is dat bij"
    " ons weten niet. Nieuwe uitzendingen worden geweigerd sinds {block}, en"
    " sinds {delete} staan de opnames op de lijst voor verwijdering.\n\n"
    "Niets wordt vanzelf verwijderd: een mens beslist. Een betaling voordien"
    " opent alles opnieuw. Wilt u een kopie van wat van u is, schrijf ons dan"
    " nu.\n")

LETTER(cut,
    "Broadcasts are stopped",
    "Les diffusions sont arrêtées",
    "Uitzendingen zijn gestopt",
    "On {block} broadcasts were stopped by a decision of a person.\n\n"
    "  Reason: {reason}\n"
    "  Reference: {reference}\n\n"
    "Nothing is deleted. You may ask for the decision, and object to it, by"
    " answering this letter.\n",
    "Le {block}, les diffusions ont été arrêtées par décision d'une"
    " personne.\n\n"
    "  Motif : {reason}\n"
    "  Référence : {reference}\n\n"
    "Rien n'est supprimé. Vous pouvez demander la décision, et la contester,"
    " en répondant à cette lettre.\n",
    "Op {block} werden de uitzendingen gestopt door een beslissing van een"
    " mens.\n\n"
    "  Reden: {reason}\n"
    "  Referentie: {reference}\n\n"
    "Er wordt niets verwijderd. U kunt de beslissing opvragen, en er bezwaar"
    " tegen maken, door deze brief te beantwoorden.\n")

LETTER(quota,
    "{percent} % of the quota of {period} is used",
    "{percent} % du quota de {period} est utilisé",
    "{percent} % van het quotum van {period} is gebruikt",
    "In {period}, {used} MB of {quota} MB were used so far: {percent} %. A"
    " month is that of {zone}.\n\n{then}\n",
    "En {period}, {used} Mo sur {quota} Mo ont été utilisés jusqu'ici :"
    " {percent} %. Le mois est celui de {zone}.\n\n{then}\n",
    "In {period} werd tot nu {used} MB van {quota} MB gebruikt: {percent} %."
    " De maand is die van {zone}.\n\n{then}\n")

LETTER(statement,
    "Statement of {period}",
    "Relevé de {period}",
    "Afrekening van {period}",
    "The statement of {period} is sealed. In short:\n\n"
    "  used: {used} bytes\n"
    "  quota: {quota}\n"
    "  sent on the wire: {wire} bytes\n"
    "  listening: {hours} hours\n"
    "  most listeners at one time: {peak}\n\n"
    "  SHA-256 of its CSV: {sha256}\n\n"
    "To check it, ask us for the CSV, and compare what \"sha256sum\" says of"
    " the file with the line above. A sealed statement is never changed; a"
    " correction is in a later one.\n",
    "Le relevé de {period} est scellé. En bref :\n\n"
    "  utilisé : {used} octets\n"
    "  quota : {quota}\n"
    "  envoyé sur la ligne : {wire} octets\n"
    "  écoute : {hours} heures\n"
    "  plus grand nombre d'auditeurs à la fois : {peak}\n\n"
    "  SHA-256 de son CSV : {sha256}\n\n"
    "Pour le vérifier, demandez-nous le CSV et comparez ce que « sha256sum »"
    " dit du fichier avec la ligne ci-dessus. Un relevé scellé n'est jamais"
    " modifié ; une correction figure dans un relevé suivant.\n",
    "De afrekening van {period} is verzegeld. In het kort:\n\n"
    "  gebruikt: {used} bytes\n"
    "  quotum: {quota}\n"
    "  over de lijn verzonden: {wire} bytes\n"
    "  beluisterd: {hours} uren\n"
    "  meeste luisteraars tegelijk: {peak}\n\n"
    "  SHA-256 van de CSV: {sha256}\n\n"
    "Om dit na te gaan, vraagt u ons de CSV en vergelijkt u wat \"sha256sum\""
    " van het bestand zegt met de regel hierboven. Een verzegelde afrekening"
    " verandert nooit; een correctie staat in een latere.\n")

#endif
#ifdef PHRASE

PHRASE(greeting, "Dear {name},\n\n", "Bonjour {name},\n\n",
    "Beste {name},\n\n")
PHRASE(farewell,
    "\nThis was written by the server, about {slug}. An answer reaches the"
    " people who run it.\n",
    "\nCeci a été écrit par le serveur, au sujet de {slug}. Une réponse"
    " arrive chez les personnes qui le gèrent.\n",
    "\nDit is geschreven door de server, over {slug}. Een antwoord komt bij"
    " de mensen die hem beheren.\n")
PHRASE(no_day, "no day (it is held)", "aucune date (conservé)",
    "geen dag (wordt bewaard)")
PHRASE(bytes, "bytes", "octets", "bytes")
PHRASE(no_quota, "none", "aucun", "geen")
PHRASE(goes_on,
    "This is for information; broadcasts and listeners go on.",
    "Ceci est une information ; diffusions et auditeurs continuent.",
    "Dit is ter informatie; uitzendingen en luisteraars gaan door.")
PHRASE(caps,
    "At 100 % new listeners are refused until the next month; who listens"
    " or broadcasts goes on.",
    "À 100 %, les nouveaux auditeurs sont refusés jusqu'au mois suivant ;"
    " qui écoute ou diffuse continue.",
    "Bij 100 % worden nieuwe luisteraars geweigerd tot de volgende maand; wie"
    " luistert of uitzendt gaat door.")

#endif
