/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * definitions_list - what the figures of a report mean: the term, and what it
 * is, in English, French, Dutch.
 *
 * Included by words.h and words.c only. {1} is the member's time zone.
 */
/* clang-format off */

DEFINITION(SENT, "Sent, received", "Envoyé, reçu", "Verzonden, ontvangen",
    "Bytes of sound, pictures and pages that the other side acknowledged, "
    "with the heads of HTTP. What was sent to somebody who had gone is not "
    "counted. The quota is about these.",
    "Octets de son, d’image et de pages dont l’autre côté a accusé réception, "
    "avec les en-têtes HTTP. Ce qui fut envoyé à quelqu’un de déjà parti n’est "
    "pas compté. C’est à eux que le quota s’applique.",
    "Bytes geluid, beeld en pagina’s waarvan de andere kant de ontvangst "
    "bevestigde, met de HTTP-headers. Wat verzonden werd naar iemand die al "
    "weg was, telt niet mee. Het quotum gaat hierover.")
DEFINITION(WIRE, "On the wire", "Sur la ligne", "Op de lijn",
    "The same with all that carries it: heads of IP and TCP, encryption, "
    "packets sent again. The operating system counts it for each connection.",
    "La même chose avec tout ce qui la transporte\u00a0: en-têtes IP et TCP, "
    "chiffrement, paquets renvoyés. Le système d’exploitation le compte pour "
    "chaque connexion.",
    "Hetzelfde met alles wat het draagt: IP- en TCP-headers, versleuteling, "
    "opnieuw verzonden pakketten. Het besturingssysteem telt dit voor elke "
    "verbinding.")
DEFINITION(UNITS, "Units", "Unités", "Eenheden",
    "1 kB is 1000 bytes, 1 MB a million, 1 GB a thousand million. Rates are "
    "in bits per second, on the wire.",
    "1 ko vaut 1000 octets, 1 Mo un million, 1 Go un milliard. Les débits "
    "sont en bits par seconde, sur la ligne.",
    "1 kB is 1000 bytes, 1 MB een miljoen, 1 GB een miljard. Snelheden zijn "
    "in bits per seconde, op de lijn.")
DEFINITION(HOURS, "Listening hours", "Heures d’écoute", "Luisteruren",
    "Time during which bytes of the stream really arrived, all listeners "
    "added up. Ten listeners during one hour are ten listening hours. When a "
    "listener’s bytes stop, so does the clock.",
    "Temps pendant lequel les octets du flux sont vraiment arrivés, tous "
    "auditeurs additionnés. Dix auditeurs pendant une heure font dix heures "
    "d’écoute. Quand les octets s’arrêtent, le chronomètre aussi.",
    "Tijd waarin de bytes van de stream echt aankwamen, alle luisteraars "
    "opgeteld. Tien luisteraars gedurende een uur zijn tien luisteruren. "
    "Komen er geen bytes meer, dan staat de klok stil.")
DEFINITION(AVERAGE, "Average listeners", "Auditeurs en moyenne",
    "Gemiddeld aantal luisteraars",
    "Listening hours divided by the hours of the period, silent hours "
    "included; of a period under way, by those that have passed.",
    "Heures d’écoute divisées par les heures de la période, heures de silence "
    "comprises\u00a0; pour une période en cours, par celles déjà écoulées.",
    "Luisteruren gedeeld door de uren van de periode, stille uren "
    "inbegrepen; bij een lopende periode door de uren die voorbij zijn.")
DEFINITION(PEAK, "Peak", "Maximum", "Piek",
    "The most listeners at one time over all mounts, noted at each arrival "
    "and departure and not sampled.",
    "Le plus grand nombre d’auditeurs simultanés, tous points de montage "
    "confondus, relevé à chaque arrivée et départ et non par échantillons.",
    "Het grootste aantal luisteraars op één moment over alle mountpoints, "
    "genoteerd bij elke aankomst en elk vertrek en niet met steekproeven.")
DEFINITION(DAILY, "Daily listeners", "Auditeurs quotidiens",
    "Dagelijkse luisteraars",
    "Distinct listeners within one day who listened for a minute or more. No "
    "address is kept: a random key that is thrown away at the end of the day "
    "tells them apart. Who comes back the next day is counted again, so days "
    "added up are not a number of people.",
    "Auditeurs distincts d’une même journée, à l’écoute une minute ou plus. "
    "Aucune adresse n’est gardée\u00a0: une clé aléatoire, jetée en fin de "
    "journée, les distingue. Qui revient le lendemain est compté à nouveau\u00a0: "
    "les jours additionnés ne sont donc pas un nombre de personnes.",
    "Verschillende luisteraars binnen één dag die een minuut of langer "
    "luisterden. Er wordt geen adres bewaard: een willekeurige sleutel, die "
    "aan het einde van de dag wordt weggegooid, houdt hen uit elkaar. Wie de "
    "volgende dag terugkomt, telt opnieuw: de opgetelde dagen zijn dus geen "
    "aantal mensen.")
DEFINITION(P95, "95th percentile", "95ᵉ centile", "95e percentiel",
    "All slots of 5 minutes of the period, idle ones included, in order of "
    "their rate: the highest 5\u00a0% are left out, and the highest of the others "
    "is the figure. Sent and received are taken apart; the larger one is what "
    "lines are billed by.",
    "Toutes les tranches de 5 minutes de la période, creuses comprises, "
    "rangées par débit\u00a0: les 5\u00a0% les plus hautes sont écartées, et la plus "
    "haute des autres est le chiffre. Envoyé et reçu sont pris séparément\u00a0; "
    "le plus grand est celui qui sert à facturer les lignes.",
    "Alle tijdvakken van 5 minuten van de periode, ook de lege, geordend naar "
    "snelheid: de hoogste 5\u00a0% vallen weg, en het hoogste van de overige is het "
    "cijfer. Verzonden en ontvangen worden apart genomen; naar het grootste "
    "van de twee worden lijnen gefactureerd.")
DEFINITION(PROJECTION, "Projection", "Projection", "Prognose",
    "What was used so far, divided by the time that has passed and multiplied "
    "by the length of the period.",
    "Ce qui a été utilisé jusqu’ici, divisé par le temps écoulé et multiplié "
    "par la durée de la période.",
    "Wat tot nu toe verbruikt is, gedeeld door de verstreken tijd en "
    "vermenigvuldigd met de duur van de periode.")
DEFINITION(ON_AIR, "On air, lost links", "À l’antenne, coupures",
    "In de uitzending, verbroken",
    "Time during which an encoder fed the mount; a lost link is a broadcast "
    "that ended because the encoder’s connection broke.",
    "Temps pendant lequel un encodeur alimentait le point de montage\u00a0; une "
    "coupure est une émission terminée parce que la connexion de l’encodeur "
    "s’est rompue.",
    "Tijd waarin een encoder het mountpoint voedde; verbroken is een "
    "uitzending die eindigde omdat de verbinding van de encoder brak.")
DEFINITION(DAYS, "Days and hours", "Jours et heures", "Dagen en uren",
    "Those of the time zone {1}. The day on which clocks change has 23 or "
    "25 hours.",
    "Ceux du fuseau horaire {1}. Le jour du changement d’heure compte 23 ou "
    "25 heures.",
    "Die van de tijdzone {1}. De dag waarop de klok verzet wordt, telt 23 of "
    "25 uur.")
DEFINITION(HASH, "SHA-256", "SHA-256", "SHA-256",
    "A digest of the CSV file of this report. Whoever has that file can "
    "compute it again; if a single digit differed, so would the digest.",
    "Une empreinte du fichier CSV de ce rapport. Qui possède ce fichier peut "
    "la recalculer\u00a0; un seul chiffre différent changerait l’empreinte.",
    "Een digitale vingerafdruk van het CSV-bestand van dit rapport. Wie dat "
    "bestand heeft, kan hem narekenen; bij één ander cijfer zou hij "
    "verschillen.")

/* clang-format on */
