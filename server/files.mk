# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
#
# Every file of the server, room by room, bottom to top.

base_files = \
	server/base/block.c \
	server/base/block.h \
	server/base/bytes.c \
	server/base/bytes.h \
	server/base/check.h \
	server/base/clock.c \
	server/base/clock.h \
	server/base/digest.c \
	server/base/digest.h \
	server/base/distinct.c \
	server/base/distinct.h \
	server/base/file.c \
	server/base/file.h \
	server/base/grid.c \
	server/base/grid.h \
	server/base/hyperloglog.c \
	server/base/hyperloglog.h \
	server/base/log.c \
	server/base/log.h \
	server/base/mem.c \
	server/base/mem.h \
	server/base/random.c \
	server/base/random.h \
	server/base/sentence.c \
	server/base/sentence.h \
	server/base/squeeze.c \
	server/base/squeeze.h \
	server/base/table.c \
	server/base/table.h \
	server/base/tap.c \
	server/base/tap.h \
	server/base/text.c \
	server/base/text.h \
	server/base/view.c \
	server/base/view.h \
	server/base/zone.c \
	server/base/zone.h

conf_files = \
	server/conf/check.c \
	server/conf/conf.c \
	server/conf/conf.h \
	server/conf/conf_priv.h \
	server/conf/load.c \
	server/conf/names.c \
	server/conf/schema.c \
	server/conf/value.c

loop_files = \
	server/loop/archive_messages.h \
	server/loop/loop.c \
	server/loop/loop.h \
	server/loop/mailbox.c \
	server/loop/mailbox.h \
	server/loop/messages.c \
	server/loop/messages.h \
	server/loop/page_messages.h \
	server/loop/wheel.c \
	server/loop/wheel.h

net_files = \
	server/net/address.c \
	server/net/address.h \
	server/net/conn.c \
	server/net/conn.h \
	server/net/conn_io.c \
	server/net/conn_priv.h \
	server/net/tcp.c \
	server/net/tcp.h \
	server/net/tls.c \
	server/net/tls.h

format_files = \
	server/format/adts.c \
	server/format/comments.c \
	server/format/comments.h \
	server/format/ebml.c \
	server/format/ebml.h \
	server/format/flac.c \
	server/format/flac.h \
	server/format/flac_frame.c \
	server/format/format.h \
	server/format/format_priv.h \
	server/format/frame.c \
	server/format/frame_walk.c \
	server/format/frames.h \
	server/format/media.c \
	server/format/media.h \
	server/format/mp3.c \
	server/format/ogg.c \
	server/format/ogg_codec.c \
	server/format/ogg_link.c \
	server/format/ogg_page.c \
	server/format/ogg_pass.c \
	server/format/ogg_priv.h \
	server/format/pes.c \
	server/format/pes.h \
	server/format/psi.c \
	server/format/psi.h \
	server/format/raw.c \
	server/format/sniff.c \
	server/format/ts.c \
	server/format/webm.c \
	server/format/webm_block.c \
	server/format/webm_head.c \
	server/format/webm_live.c \
	server/format/webm_live.h \
	server/format/webm_priv.h \
	server/format/webm_tags.c \
	server/format/webm_time.c \
	server/format/webm_time.h

http_files = \
	server/http/accept.c \
	server/http/auth.c \
	server/http/chunked.c \
	server/http/chunked.h \
	server/http/cookie.c \
	server/http/cookie.h \
	server/http/headers.c \
	server/http/http_priv.h \
	server/http/language.c \
	server/http/language.h \
	server/http/names.c \
	server/http/parse.c \
	server/http/query.c \
	server/http/range.c \
	server/http/range.h \
	server/http/request.h \
	server/http/response.c \
	server/http/response.h \
	server/http/ticket.c \
	server/http/ticket.h \
	server/http/uri.c

icy_files = \
	server/icy/metadata.c \
	server/icy/metadata.h \
	server/icy/shoutcast.c \
	server/icy/shoutcast.h

stream_files = \
	server/stream/feed.c \
	server/stream/feed.h \
	server/stream/listener.c \
	server/stream/listener.h \
	server/stream/meter.c \
	server/stream/meter.h \
	server/stream/mount.c \
	server/stream/mount.h \
	server/stream/pump.c \
	server/stream/pump.h \
	server/stream/rate_cap.c \
	server/stream/rate_cap.h \
	server/stream/ring.c \
	server/stream/ring.h \
	server/stream/source.c \
	server/stream/source.h \
	server/stream/uniques.c \
	server/stream/uniques.h \
	server/stream/worker.c \
	server/stream/worker.h

finish_files = \
	server/finish/adts.c \
	server/finish/comments.c \
	server/finish/comments.h \
	server/finish/finish.c \
	server/finish/finish.h \
	server/finish/finish_priv.h \
	server/finish/flac.c \
	server/finish/frames.c \
	server/finish/frames.h \
	server/finish/id3.c \
	server/finish/id3.h \
	server/finish/m4a.c \
	server/finish/m4a.h \
	server/finish/m4a_boxes.c \
	server/finish/m4a_boxes.h \
	server/finish/mp3.c \
	server/finish/ogg.c \
	server/finish/ogg_measure.c \
	server/finish/ogg_read.c \
	server/finish/ogg_read.h \
	server/finish/ogg_sound.c \
	server/finish/ogg_sound.h \
	server/finish/sink.c \
	server/finish/ts.c \
	server/finish/units.c \
	server/finish/units.h \
	server/finish/webm.c \
	server/finish/webm_front.c \
	server/finish/webm_front.h \
	server/finish/webm_tags.c

spool_files = \
	server/spool/deck.c \
	server/spool/deck.h \
	server/spool/drops.c \
	server/spool/drops.h \
	server/spool/marks.c \
	server/spool/marks.h \
	server/spool/naming.c \
	server/spool/naming.h \
	server/spool/recording.c \
	server/spool/recording.h \
	server/spool/room.c \
	server/spool/room.h \
	server/spool/sidecar.c \
	server/spool/sidecar.h \
	server/spool/splits.c \
	server/spool/splits.h \
	server/spool/spool.c \
	server/spool/spool.h \
	server/spool/track.c \
	server/spool/track.h \
	server/spool/whole.c \
	server/spool/whole.h \
	server/spool/whole_flac.c \
	server/spool/whole_frames.c \
	server/spool/whole_ogg.c \
	server/spool/whole_priv.h \
	server/spool/whole_webm.c

offload_files = \
	server/offload/ask.c \
	server/offload/ask.h \
	server/offload/bucket.c \
	server/offload/bucket.h \
	server/offload/forget.c \
	server/offload/inventory.c \
	server/offload/inventory.h \
	server/offload/line.c \
	server/offload/line.h \
	server/offload/mover.c \
	server/offload/mover.h \
	server/offload/mover_priv.h \
	server/offload/parts.c \
	server/offload/parts.h \
	server/offload/scan.c \
	server/offload/scan.h \
	server/offload/serve.c \
	server/offload/serve.h \
	server/offload/settings.c \
	server/offload/settings.h \
	server/offload/sign.c \
	server/offload/sign.h \
	server/offload/steps.c \
	server/offload/talk.c \
	server/offload/talk.h \
	server/offload/upload.c \
	server/offload/verify.c \
	server/offload/wire.c \
	server/offload/wire.h \
	server/offload/xml.c \
	server/offload/xml.h

archive_files = \
	server/archive/archive_commands.c \
	server/archive/archive_commands.h \
	server/archive/archivist.c \
	server/archive/archivist.h \
	server/archive/archivist_priv.h \
	server/archive/care_commands.c \
	server/archive/care_commands.h \
	server/archive/catalog.c \
	server/archive/catalog.h \
	server/archive/disposal.c \
	server/archive/disposal.h \
	server/archive/entry.c \
	server/archive/entry.h \
	server/archive/far.c \
	server/archive/far.h \
	server/archive/finishing.c \
	server/archive/finishing.h \
	server/archive/item.c \
	server/archive/item.h \
	server/archive/leftovers.c \
	server/archive/leftovers.h \
	server/archive/librarian.c \
	server/archive/librarian.h \
	server/archive/listing.c \
	server/archive/listing.h \
	server/archive/podcast.c \
	server/archive/podcast.h \
	server/archive/podcast_item.c \
	server/archive/podcast_live.c \
	server/archive/podcast_priv.h \
	server/archive/podcast_text.c \
	server/archive/points.c \
	server/archive/points.h \
	server/archive/remote.c \
	server/archive/remote.h \
	server/archive/remote_file.c \
	server/archive/remote_file.h \
	server/archive/rescan.c \
	server/archive/rescan.h \
	server/archive/retention.c \
	server/archive/retention.h \
	server/archive/scrub.c \
	server/archive/scrub.h \
	server/archive/scrubbing.c \
	server/archive/scrubbing.h \
	server/archive/sums.c \
	server/archive/sums.h \
	server/archive/twin.c \
	server/archive/twin.h \
	server/archive/upkeep.c \
	server/archive/upkeep.h \
	server/archive/walk.c \
	server/archive/walk.h

letters_files = \
	server/letters/mime.c \
	server/letters/mime.h \
	server/letters/openpgp.c \
	server/letters/openpgp.h \
	server/letters/packets.c \
	server/letters/packets.h \
	server/letters/smtp.c \
	server/letters/smtp.h

ledger_files = \
	server/ledger/adjust_command.c \
	server/ledger/adjust_command.h \
	server/ledger/audience.c \
	server/ledger/audience.h \
	server/ledger/audit.c \
	server/ledger/audit.h \
	server/ledger/backup.c \
	server/ledger/backup.h \
	server/ledger/broadcasts.c \
	server/ledger/broadcasts.h \
	server/ledger/call.c \
	server/ledger/call.h \
	server/ledger/clerk.c \
	server/ledger/clerk.h \
	server/ledger/commands.c \
	server/ledger/commands.h \
	server/ledger/csv.c \
	server/ledger/csv.h \
	server/ledger/custody.c \
	server/ledger/custody.h \
	server/ledger/custody_commands.c \
	server/ledger/custody_commands.h \
	server/ledger/delegate_commands.c \
	server/ledger/delegate_commands.h \
	server/ledger/delegates.c \
	server/ledger/delegates.h \
	server/ledger/entries.c \
	server/ledger/entries.h \
	server/ledger/import.c \
	server/ledger/import.h \
	server/ledger/import_archive.c \
	server/ledger/import_media.c \
	server/ledger/import_priv.h \
	server/ledger/import_rows.c \
	server/ledger/invoice_commands.c \
	server/ledger/invoice_commands.h \
	server/ledger/invoice_import.c \
	server/ledger/invoice_import.h \
	server/ledger/invoices.c \
	server/ledger/invoices.h \
	server/ledger/key_commands.c \
	server/ledger/key_commands.h \
	server/ledger/keys.c \
	server/ledger/keys.h \
	server/ledger/ledger.c \
	server/ledger/ledger.h \
	server/ledger/letter_commands.c \
	server/ledger/letter_commands.h \
	server/ledger/letters.c \
	server/ledger/letters.h \
	server/ledger/letters_list.h \
	server/ledger/life.c \
	server/ledger/life.h \
	server/ledger/life_commands.c \
	server/ledger/life_commands.h \
	server/ledger/listing.c \
	server/ledger/listing.h \
	server/ledger/mandate.c \
	server/ledger/mandate.h \
	server/ledger/member_commands.c \
	server/ledger/member_commands.h \
	server/ledger/members.c \
	server/ledger/members.h \
	server/ledger/plans.c \
	server/ledger/plans.h \
	server/ledger/plays.c \
	server/ledger/plays.h \
	server/ledger/published.c \
	server/ledger/published.h \
	server/ledger/purge.c \
	server/ledger/purge.h \
	server/ledger/purge_files.c \
	server/ledger/purge_priv.h \
	server/ledger/purge_statements.c \
	server/ledger/quota.c \
	server/ledger/quota.h \
	server/ledger/recordings.c \
	server/ledger/recordings.h \
	server/ledger/reminders.c \
	server/ledger/reminders.h \
	server/ledger/report.c \
	server/ledger/report.h \
	server/ledger/revisions.c \
	server/ledger/revisions.h \
	server/ledger/rounds.c \
	server/ledger/rounds.h \
	server/ledger/schema.c \
	server/ledger/schema.h \
	server/ledger/statement_letters.c \
	server/ledger/statement_letters.h \
	server/ledger/statements.c \
	server/ledger/statements.h \
	server/ledger/storage.c \
	server/ledger/storage.h \
	server/ledger/store.c \
	server/ledger/store.h \
	server/ledger/token_commands.c \
	server/ledger/token_commands.h \
	server/ledger/tokens.c \
	server/ledger/tokens.h \
	server/ledger/totals.c \
	server/ledger/totals.h \
	server/ledger/usage.c \
	server/ledger/usage.h

post_files = \
	server/post/poster.c \
	server/post/poster.h \
	server/post/seal.c \
	server/post/seal.h

share_files = \
	server/share/batch.c \
	server/share/batch.h \
	server/share/fetch.c \
	server/share/fetch.h \
	server/share/link.c \
	server/share/link.h \
	server/share/shipper.c \
	server/share/shipper.h \
	server/share/tables.c \
	server/share/tables.h

reports_files = \
	server/reports/capacity.c \
	server/reports/capacity.h \
	server/reports/chart.c \
	server/reports/chart.h \
	server/reports/closing.c \
	server/reports/closing.h \
	server/reports/collect.c \
	server/reports/collect.h \
	server/reports/collect_priv.h \
	server/words/definitions_list.h \
	server/reports/extract.c \
	server/reports/extract.h \
	server/reports/extract_command.c \
	server/reports/extract_command.h \
	server/reports/extract_media.c \
	server/reports/extract_priv.h \
	server/reports/extract_tables.c \
	server/words/figures.h \
	server/reports/font.c \
	server/reports/font.h \
	server/reports/graph_axes.c \
	server/reports/graph_says.c \
	server/reports/graph_tables.c \
	server/reports/graphs.c \
	server/reports/graphs.h \
	server/reports/graphs_priv.h \
	server/reports/html_style.c \
	server/reports/html_style.h \
	server/reports/interfaces.c \
	server/reports/interfaces.h \
	server/reports/model.c \
	server/reports/model.h \
	server/reports/network_commands.c \
	server/reports/network_commands.h \
	server/reports/overview.c \
	server/reports/overview.h \
	server/reports/paper.c \
	server/reports/paper.h \
	server/reports/paper_sheet.c \
	server/reports/plain.h \
	server/reports/plain_csv.c \
	server/reports/plain_json.c \
	server/reports/plain_text.c \
	server/reports/rates.c \
	server/reports/rates.h \
	server/reports/reconcile.c \
	server/reports/reconcile.h \
	server/reports/report_commands.c \
	server/reports/report_commands.h \
	server/reports/reporter.c \
	server/reports/reporter.h \
	server/reports/sheet.c \
	server/reports/sheet.h \
	server/reports/sheet_facts.c \
	server/reports/sheet_priv.h \
	server/reports/show.h \
	server/reports/show_html.c \
	server/reports/show_pdf.c \
	server/reports/slots.c \
	server/reports/sources.c \
	server/reports/statement_commands.c \
	server/reports/statement_commands.h \
	server/reports/subject.c \
	server/reports/subject.h \
	server/reports/svg.c \
	server/reports/svg.h \
	server/words/words.h \
	server/words/words_list.h

words_files = \
	server/words/dates.c \
	server/words/definitions_list.h \
	server/words/figures.c \
	server/words/figures.h \
	server/words/words.c \
	server/words/words.h \
	server/words/words_list.h

pages_files = \
	server/pages/art.c \
	server/pages/art.h \
	server/pages/assets.c \
	server/pages/assets.h \
	server/pages/filters.c \
	server/pages/pages.h \
	server/pages/playlists.c \
	server/pages/status_json.c \
	server/pages/template.c \
	server/pages/template.h \
	server/pages/template_check.c \
	server/pages/template_priv.h \
	server/pages/template_read.c \
	server/pages/web.h

serve_files = \
	server/serve/answer.c \
	server/serve/answer.h \
	server/serve/events.c \
	server/serve/events.h \
	server/serve/reader.c \
	server/serve/reader.h

faces_files = \
	server/faces/answer.c \
	server/faces/ask.c \
	server/faces/doors.c \
	server/faces/errand.c \
	server/faces/errand.h \
	server/faces/extras.c \
	server/faces/line.c \
	server/faces/line.h \
	server/faces/login.c \
	server/faces/openapi.c \
	server/faces/porter.c \
	server/faces/porter.h \
	server/faces/porter_priv.h \
	server/faces/session.c \
	server/faces/session.h \
	server/faces/table.c \
	server/faces/table.h \
	server/faces/table_find.c

front_files = \
	server/front/find.c \
	server/front/page_ask.c \
	server/front/page_ask.h \
	server/front/reply.c \
	server/front/reply.h \
	server/front/routes.c \
	server/front/routes.h \
	server/front/thread.c \
	server/front/thread.h \
	server/front/visit.c \
	server/front/visit.h \
	server/front/when.c \
	server/front/when.h

desk_files = \
	server/desk/accept.c \
	server/desk/admit.c \
	server/desk/air.c \
	server/desk/callers.c \
	server/desk/catalog.c \
	server/desk/chronicle.c \
	server/desk/commands.c \
	server/desk/control.c \
	server/desk/deputies.c \
	server/desk/desk.c \
	server/desk/desk.h \
	server/desk/desk_priv.h \
	server/desk/gauges.c \
	server/desk/guests.c \
	server/desk/headroom.c \
	server/desk/herald.c \
	server/desk/inquiry.c \
	server/desk/patrons.c \
	server/desk/placement.c \
	server/desk/registry.c \
	server/desk/reload.c \
	server/desk/status.c \
	server/desk/threads.c \
	server/desk/throttle.c

