# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers

unit_tests = \
	tests/unit/test_adts \
	tests/unit/test_ask \
	tests/unit/test_assets \
	tests/unit/test_auth \
	tests/unit/test_backup \
	tests/unit/test_bytes \
	tests/unit/test_capacity \
	tests/unit/test_cast_pace \
	tests/unit/test_chunked \
	tests/unit/test_clerk \
	tests/unit/test_collect \
	tests/unit/test_commands \
	tests/unit/test_conf \
	tests/unit/test_conn \
	tests/unit/test_counting \
	tests/unit/test_deck \
	tests/unit/test_delegate \
	tests/unit/test_extract \
	tests/unit/test_faces \
	tests/unit/test_feed \
	tests/unit/test_finish_ogg \
	tests/unit/test_finish_webm \
	tests/unit/test_flac \
	tests/unit/test_grid \
	tests/unit/test_hyperloglog \
	tests/unit/test_icy \
	tests/unit/test_import \
	tests/unit/test_invoices \
	tests/unit/test_keep_rescan \
	tests/unit/test_keep_retention \
	tests/unit/test_keep_scrub \
	tests/unit/test_keys \
	tests/unit/test_ledger \
	tests/unit/test_letters \
	tests/unit/test_life \
	tests/unit/test_life_commands \
	tests/unit/test_line \
	tests/unit/test_load_frames \
	tests/unit/test_load_ts \
	tests/unit/test_loop \
	tests/unit/test_m4a \
	tests/unit/test_media \
	tests/unit/test_member_keys \
	tests/unit/test_meter \
	tests/unit/test_mime \
	tests/unit/test_mp3 \
	tests/unit/test_names \
	tests/unit/test_offload \
	tests/unit/test_ogg \
	tests/unit/test_ogg_links \
	tests/unit/test_openpgp \
	tests/unit/test_packets \
	tests/unit/test_pages \
	tests/unit/test_parse \
	tests/unit/test_points \
	tests/unit/test_published \
	tests/unit/test_purge \
	tests/unit/test_query \
	tests/unit/test_quota \
	tests/unit/test_range \
	tests/unit/test_rate_cap \
	tests/unit/test_reader \
	tests/unit/test_recording \
	tests/unit/test_recover \
	tests/unit/test_request \
	tests/unit/test_response \
	tests/unit/test_ring \
	tests/unit/test_sign \
	tests/unit/test_splits \
	tests/unit/test_spool \
	tests/unit/test_statement_due \
	tests/unit/test_store \
	tests/unit/test_sums \
	tests/unit/test_table \
	tests/unit/test_talk \
	tests/unit/test_tap \
	tests/unit/test_template \
	tests/unit/test_text \
	tests/unit/test_tls_conn \
	tests/unit/test_ts \
	tests/unit/test_twin \
	tests/unit/test_webm \
	tests/unit/test_webm_block \
	tests/unit/test_webm_hostile \
	tests/unit/test_when \
	tests/unit/test_whole \
	tests/unit/test_zone

tests_unit_test_adts_SOURCES = tests/unit/test_adts.c
tests_unit_test_ask_SOURCES = tests/unit/test_ask.c
tests_unit_test_assets_SOURCES = tests/unit/test_assets.c
tests_unit_test_auth_SOURCES = tests/unit/test_auth.c
tests_unit_test_backup_SOURCES = tests/unit/test_backup.c
tests_unit_test_bytes_SOURCES = tests/unit/test_bytes.c
tests_unit_test_capacity_SOURCES = tests/unit/test_capacity.c
tests_unit_test_cast_pace_SOURCES = tests/unit/test_cast_pace.c
tests_unit_test_chunked_SOURCES = tests/unit/test_chunked.c
tests_unit_test_clerk_SOURCES = tests/unit/test_clerk.c
tests_unit_test_collect_SOURCES = tests/unit/test_collect.c
tests_unit_test_commands_SOURCES = tests/unit/test_commands.c
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conn_SOURCES = tests/unit/test_conn.c
tests_unit_test_counting_SOURCES = tests/unit/test_counting.c
tests_unit_test_deck_SOURCES = tests/unit/test_deck.c
tests_unit_test_delegate_SOURCES = tests/unit/test_delegate.c
tests_unit_test_extract_SOURCES = tests/unit/test_extract.c
tests_unit_test_faces_SOURCES = tests/unit/test_faces.c
tests_unit_test_feed_SOURCES = tests/unit/test_feed.c
tests_unit_test_finish_ogg_SOURCES = tests/unit/test_finish_ogg.c
tests_unit_test_finish_webm_SOURCES = tests/unit/test_finish_webm.c
tests_unit_test_flac_SOURCES = tests/unit/test_flac.c
tests_unit_test_grid_SOURCES = tests/unit/test_grid.c
tests_unit_test_hyperloglog_SOURCES = tests/unit/test_hyperloglog.c
tests_unit_test_icy_SOURCES = tests/unit/test_icy.c
tests_unit_test_import_SOURCES = tests/unit/test_import.c
tests_unit_test_invoices_SOURCES = tests/unit/test_invoices.c
tests_unit_test_keep_rescan_SOURCES = tests/unit/test_keep_rescan.c
tests_unit_test_keep_retention_SOURCES = tests/unit/test_keep_retention.c
tests_unit_test_keep_scrub_SOURCES = tests/unit/test_keep_scrub.c
tests_unit_test_keys_SOURCES = tests/unit/test_keys.c
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c
tests_unit_test_letters_SOURCES = tests/unit/test_letters.c
tests_unit_test_life_SOURCES = tests/unit/test_life.c
tests_unit_test_life_commands_SOURCES = tests/unit/test_life_commands.c
tests_unit_test_line_SOURCES = tests/unit/test_line.c
tests_unit_test_load_frames_SOURCES = tests/unit/test_load_frames.c
tests_unit_test_load_ts_SOURCES = tests/unit/test_load_ts.c
tests_unit_test_loop_SOURCES = tests/unit/test_loop.c
tests_unit_test_m4a_SOURCES = tests/unit/test_m4a.c
tests_unit_test_media_SOURCES = tests/unit/test_media.c
tests_unit_test_member_keys_SOURCES = tests/unit/test_member_keys.c
tests_unit_test_meter_SOURCES = tests/unit/test_meter.c
tests_unit_test_mime_SOURCES = tests/unit/test_mime.c
tests_unit_test_mp3_SOURCES = tests/unit/test_mp3.c
tests_unit_test_names_SOURCES = tests/unit/test_names.c
tests_unit_test_offload_SOURCES = tests/unit/test_offload.c
tests_unit_test_ogg_SOURCES = tests/unit/test_ogg.c
tests_unit_test_ogg_links_SOURCES = tests/unit/test_ogg_links.c
tests_unit_test_packets_SOURCES = tests/unit/test_packets.c
tests_unit_test_pages_SOURCES = tests/unit/test_pages.c
tests_unit_test_openpgp_SOURCES = tests/unit/test_openpgp.c
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c
tests_unit_test_points_SOURCES = tests/unit/test_points.c
tests_unit_test_published_SOURCES = tests/unit/test_published.c
tests_unit_test_purge_SOURCES = tests/unit/test_purge.c
tests_unit_test_query_SOURCES = tests/unit/test_query.c
tests_unit_test_quota_SOURCES = tests/unit/test_quota.c
tests_unit_test_range_SOURCES = tests/unit/test_range.c
tests_unit_test_rate_cap_SOURCES = tests/unit/test_rate_cap.c
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c
tests_unit_test_recording_SOURCES = tests/unit/test_recording.c
tests_unit_test_recover_SOURCES = tests/unit/test_recover.c
tests_unit_test_request_SOURCES = tests/unit/test_request.c
tests_unit_test_response_SOURCES = tests/unit/test_response.c
tests_unit_test_ring_SOURCES = tests/unit/test_ring.c
tests_unit_test_sign_SOURCES = tests/unit/test_sign.c
tests_unit_test_splits_SOURCES = tests/unit/test_splits.c
tests_unit_test_spool_SOURCES = tests/unit/test_spool.c
tests_unit_test_statement_due_SOURCES = tests/unit/test_statement_due.c
tests_unit_test_store_SOURCES = tests/unit/test_store.c
tests_unit_test_sums_SOURCES = tests/unit/test_sums.c
tests_unit_test_table_SOURCES = tests/unit/test_table.c
tests_unit_test_talk_SOURCES = tests/unit/test_talk.c
tests_unit_test_tap_SOURCES = tests/unit/test_tap.c
tests_unit_test_template_SOURCES = tests/unit/test_template.c
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_tls_conn_SOURCES = tests/unit/test_tls_conn.c
tests_unit_test_ts_SOURCES = tests/unit/test_ts.c
tests_unit_test_twin_SOURCES = tests/unit/test_twin.c
tests_unit_test_webm_SOURCES = tests/unit/test_webm.c
tests_unit_test_webm_block_SOURCES = tests/unit/test_webm_block.c
tests_unit_test_webm_hostile_SOURCES = tests/unit/test_webm_hostile.c
tests_unit_test_when_SOURCES = tests/unit/test_when.c
tests_unit_test_whole_SOURCES = tests/unit/test_whole.c
tests_unit_test_zone_SOURCES = tests/unit/test_zone.c

# These are run by live/test_finish*.py and live/test_faces.py.
tests_unit_faces_rows_SOURCES = tests/unit/faces_rows.c
tests_unit_finish_tool_SOURCES = tests/unit/finish_tool.c
tests_unit_render_SOURCES = tests/unit/render.c

unit_headers = \
	tests/fuzz/feed_units.h \
	tests/fuzz/ogg_sums.h \
	tests/unit/archive_help.h \
	tests/unit/collect.h \
	tests/unit/conf_errors.h \
	tests/unit/custody_help.h \
	tests/unit/finish_help.h \
	tests/unit/deck_help.h \
	tests/unit/ledger_help.h \
	tests/unit/life_help.h \
	tests/unit/m4a_seen.h \
	tests/unit/ogg_pages.h \
	tests/unit/openpgp_help.h \
	tests/unit/sample_model.h \
	tests/unit/spool_help.h \
	tests/unit/test.h \
	tests/unit/units.h \
	tests/unit/webm_seen.h \
	tests/unit/webm_streams.h

fuzz_files = \
	tests/fuzz/fuzz_adts.c \
	tests/fuzz/fuzz_cast_pace.c \
	tests/fuzz/fuzz_chunked.c \
	tests/fuzz/fuzz_conf.c \
	tests/fuzz/fuzz_csv.c \
	tests/fuzz/fuzz_entry.c \
	tests/fuzz/fuzz_feed.c \
	tests/fuzz/fuzz_finish.c \
	tests/fuzz/fuzz_flac.c \
	tests/fuzz/fuzz_icy.c \
	tests/fuzz/fuzz_m4a.c \
	tests/fuzz/fuzz_mandate.c \
	tests/fuzz/fuzz_media.c \
	tests/fuzz/fuzz_mp3.c \
	tests/fuzz/fuzz_offload.c \
	tests/fuzz/fuzz_ogg.c \
	tests/fuzz/fuzz_packets.c \
	tests/fuzz/fuzz_query.c \
	tests/fuzz/fuzz_range.c \
	tests/fuzz/fuzz_request.c \
	tests/fuzz/fuzz_sidecar.c \
	tests/fuzz/fuzz_template.c \
	tests/fuzz/fuzz_text.c \
	tests/fuzz/fuzz_ts.c \
	tests/fuzz/fuzz_webm.c \
	tests/fuzz/fuzz_whole.c

bench_files = \
	tests/bench/bench.py \
	tests/bench/build.py \
	tests/bench/figures.py \
	tests/bench/ledger.py \
	tests/bench/machine.py \
	tests/bench/measure.py \
	tests/bench/run \
	tests/bench/scenarios.py \
	tests/bench/servers.py \
	tests/bench/table.py

live_tests = \
	tests/live/test_api.py \
	tests/live/test_archive.py \
	tests/live/test_bench.py \
	tests/live/test_between.py \
	tests/live/test_browser.py \
	tests/live/test_chaos.py \
	tests/live/test_crash.py \
	tests/live/test_custody.py \
	tests/live/test_delegate.py \
	tests/live/test_doors.py \
	tests/live/test_events.py \
	tests/live/test_faces.py \
	tests/live/test_feed.py \
	tests/live/test_finish.py \
	tests/live/test_finish_chains.py \
	tests/live/test_formats.py \
	tests/live/test_headroom.py \
	tests/live/test_hearing.py \
	tests/live/test_hostile.py \
	tests/live/test_keeping.py \
	tests/live/test_letters.py \
	tests/live/test_libshout.py \
	tests/live/test_life.py \
	tests/live/test_load.py \
	tests/live/test_load_options.py \
	tests/live/test_login.py \
	tests/live/test_muxers.py \
	tests/live/test_object_store.py \
	tests/live/test_object_store_npm.py \
	tests/live/test_pace.py \
	tests/live/test_pages.py \
	tests/live/test_portal.py \
	tests/live/test_power.py \
	tests/live/test_reconcile.py \
	tests/live/test_reconcile_harm.py \
	tests/live/test_reconcile_wire.py \
	tests/live/test_recording.py \
	tests/live/test_reload.py \
	tests/live/test_replay.py \
	tests/live/test_replay_far.py \
	tests/live/test_replay_harm.py \
	tests/live/test_replay_room.py \
	tests/live/test_reports.py \
	tests/live/test_room.py \
	tests/live/test_run.py \
	tests/live/test_share.py \
	tests/live/test_shoutcast.py \
	tests/live/test_splits.py \
	tests/live/test_tls.py \
	tests/live/test_twin.py \
	tests/live/test_uniques.py \
	tests/live/test_usage.py \
	tests/live/test_web.py

live_helpers = \
	tests/live/books.py \
	tests/live/browser.py \
	tests/live/ears.py \
	tests/live/encoder.py \
	tests/live/fake_s3.py \
	tests/live/letterbox.py \
	tests/live/offload.py \
	tests/live/postgres.py \
	tests/live/replay.py \
	tests/live/seam.c \
	tests/live/seam.py \
	tests/live/server.py \
	tests/live/streams.py \
	tests/live/tap.py
