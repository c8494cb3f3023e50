/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * desk_priv - the desk's state, for the files of this room only.
 *
 * A mount's life:
 *
 *   LIVE --source lost--> AWAY --grace over--> ENDING --feed closed--> GONE
 *    ^------- new source ---+                             freed with its last
 *                                                         listener
 */
#ifndef DESK_DESK_PRIV_H
#define DESK_DESK_PRIV_H

#include "base/bytes.h"
#include "base/table.h"
#include "conf/conf.h"
#include "desk/desk.h"
#include "http/ticket.h"
#include "ledger/clerk.h"
#include "ledger/keys.h"
#include "loop/loop.h"
#include "loop/messages.h"
#include "loop/wheel.h"
#include "spool/spool.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdint.h>
#include <sys/queue.h>

struct worker;

#define SLOT_MS 300000 /* of accounting */

/* What is told to the clerk of a mount's sources and titles. */
struct chronicle {
	uint64_t broadcast; /* its number; 0: none is open */
	int64_t broadcast_ms;
	uint64_t play;                /* the last one; 0: none yet */
	int64_t play_ms, play_end_ms; /* wall; end 0: it is open */
	unsigned play_listeners, play_peak;
	bool has_new_peak;
	bool owes_end; /* ended, and the clerk was not told yet */
	char title[TITLE_BYTES];
};

struct gauge {
	unsigned now;
	unsigned peak;      /* in this slot */
	int64_t peak_at_ms; /* wall */
	bool is_new;        /* the clerk does not know this peak yet */
};

enum mount_state {
	MOUNT_LIVE,
	MOUNT_AWAY,
	MOUNT_ENDING,
	MOUNT_GONE
};

struct desk_mount {
	TAILQ_ENTRY(desk_mount) link;
	struct desk *desk;
	enum mount_state state;
	uint32_t number;
	int64_t member;
	char name[MOUNT_BYTES];
	char slug[SLUG_BYTES];
	const struct conf_mount *rules;
	uint64_t source;   /* conn number, 0: none */
	int64_t deputy;    /* who fed it last; 0: the member itself */
	unsigned worker;   /* that has, or had, the source */
	struct feed *feed; /* while AWAY */
	struct timer grace;
	int64_t began_ms; /* wall: stream_start */
	struct gauge listeners;
	unsigned peak; /* since it began */
	struct mount_facts facts;
	bool has_facts;
	char title[TITLE_BYTES];
	int64_t titled_ms;      /* wall */
	const char *told_state; /* to who follows; a constant, NULL: nothing */
	unsigned told_listeners;
	int64_t told_listeners_ms; /* mono */
	struct chronicle chronicle;
	/* Ids of what is being recorded, by profile; "" for nothing. */
	char recordings[PROFILES][RECORDING_ID_BYTES];
	bool is_cut; /* ends without grace when its source is gone */
	const char *cut_reason;
};

TAILQ_HEAD(mount_list, desk_mount);

/* What the desk knows of a connection. */
enum guest_role {
	ROLE_REQUEST,
	ROLE_LISTENER,
	ROLE_SOURCE
};

struct guest {
	struct desk_mount *mount; /* for a listener or source */
	uint64_t household;
	unsigned worker;
	enum guest_role role : 8;
	bool is_finished; /* its request came in */
};

struct seen_key { /* that was right last */
	bool is_seen;
	uint8_t digest[32];
};

struct deputy { /* a member's delegate */
	struct delegate delegate;
	struct seen_key seen;
};

struct patron { /* a member, and what it uses now */
	struct member member;
	struct gauge listeners;
	unsigned sources;
	struct seen_key seen;
};

struct tries { /* wrong keys, of a household or for a member */
	int64_t since_ms;
	unsigned wrong;
};

struct worker_load {
	unsigned busy_permille; /* of a core, in its last second */
	unsigned newcomers;     /* placed since it told that */
	uint64_t sent_bps;      /* in its last second, without heads, */
	uint64_t archive_bps;   /* and of that to who reads recordings, */
	uint64_t need_bps;      /* who need so much to play them, */
	uint64_t promised_bps;  /* and who came since it told that */
};

#define HEADROOM_LEVELS 2 /* of alarm */

struct headroom {
	uint64_t promised_bps;        /* to newcomers of this second, */
	uint64_t promised_before_bps; /* and of the one before */
	int64_t rotated_ms;           /* mono */
	uint64_t refused;
	bool is_above[HEADROOM_LEVELS];
};

struct listen_socket {
	struct desk *desk;
	int fd;
	const struct conf_listen *rules; /* of the conf it was opened with */
	struct ssl_ctx_st *tls;
	bool is_tls_only;
	struct event event;
	struct event retry;
	int64_t taken_ms; /* mono: peers were last taken */
};

struct desk {
	struct loop *loop;
	struct wheel *wheel;
	const struct conf *conf;
	const struct conf *first_conf; /* listening sockets were made from it */
	char *conf_path;
	int lock_fd;
	int reserve_fd; /* given up to say no when descriptors run out */

	struct listen_socket *listens;
	unsigned listen_count;

	struct worker **workers;
	struct loop **worker_loops;
	struct worker_load *loads; /* of the workers */
	struct headroom headroom;
	unsigned worker_count, workers_left;
	struct clerk *clerk;
	struct reporter *reporter;
	struct shipper *shipper; /* NULL: nothing is shared */
	struct checker *checker;
	struct archivist *archivist;
	struct librarian *librarian, *far_librarian;
	struct spool *spool;
	struct porter *porter;
	struct assets *assets;                /* what all threads may read, */
	uint8_t ticket_secret[TICKET_SECRET]; /* and this */
	uint64_t run;          /* random, of this run: in ids of events */
	uint64_t last_event;   /* that was told */
	struct poster *poster; /* NULL: no mail server is configured */
	char *mail_password;
	unsigned writers_left; /* who tell the clerk something until they are
				* done: the archivist, the poster */
	unsigned threads_left; /* that have not said DONE */

	uint64_t last_conn;
	uint32_t last_mount;
	uint64_t last_ask;
	uint64_t last_reply;
	struct table guests;     /* conn number -> struct guest */
	struct table unfinished; /* household -> struct household */
	struct table asks;       /* ask number -> struct ask_msg */
	struct table parked;     /* the same, waiting for a check to end */
	struct table tries;      /* household or member -> struct tries */
	struct table replies;    /* reply number -> struct control */
	struct table callers;    /* reply number -> struct caller */
	struct table inquiries;  /* reply number -> struct inquiry */
	struct mount_list mounts;
	unsigned source_count;

	struct patron **patrons;
	unsigned patron_count;
	struct deputy *deputies;
	unsigned deputy_count;
	uint8_t salt[32];         /* of this run, for digests and hashes */
	struct evp_md_st *sha256; /* looked up once */
	struct evp_md_ctx_st *digest;

	int64_t slot;
	int64_t apart_ms;     /* of the two clocks, to see a step */
	uint64_t last_number; /* of a broadcast or play */
	int64_t started_ms;   /* wall */
	struct event tick, term, interrupt, hangup, drain;
	struct control_server *control;
	bool is_stopping, is_drained;
	bool is_cut; /* the workers were told to stop */
};

/* accept.c */
void accept_open(struct desk *);
void accept_start(struct desk *);
void accept_stop(struct desk *);
void accept_free(struct desk *);
void accept_new_conf(struct desk *);
/* Where encoders may connect, the first of each kind; 0: nowhere. */
void accept_ports(const struct desk *, unsigned *plain, unsigned *tls);
bool accept_reload_tls(struct desk *, const struct conf *, char *why, size_t);

/* placement.c */
unsigned placement_choose(const struct desk *);
void placement_join(struct desk *, unsigned worker);
void placement_pulse(struct desk *, const struct pulse_msg *);

/* headroom.c */
/* Whether one more listener of this mount leaves room; when so, it counts. */
bool headroom_admits(struct desk *, const struct desk_mount *);
/* Whether one more may read a recording; when so, it counts. */
bool headroom_admits_reader(struct desk *, const struct ask_msg *);
/* Tells a worker what recordings may take there. */
void headroom_tell_room(const struct desk *, unsigned worker);
void headroom_pulse(struct desk *, const struct pulse_msg *);
uint64_t headroom_used_bps(const struct desk *);
uint64_t headroom_limit_bps(const struct desk *);
void headroom_show(const struct desk *, bool is_json, struct bytes *out);

/* guests.c */
struct guest *guest_new(
    struct desk *, uint64_t conn_no, unsigned worker, uint64_t household);
void guest_finished(struct desk *, struct guest *);
void guests_closed(struct desk *, const struct closed_msg *);
bool household_is_full(struct desk *, uint64_t household);
uint64_t household_of(const struct desk *, const struct in6_addr *);
void guests_free(struct desk *);

/* registry.c */
struct desk_mount *registry_find(struct desk *, const char *name);
struct desk_mount *registry_by_number(struct desk *, uint32_t number);
struct desk_mount *registry_new(
    struct desk *, const char *name, const struct patron *);
void registry_feed_lost(struct desk *, struct feed_msg *);
void registry_feed_ended(struct desk *, const struct feed_msg *);
/* At once, without grace; why, as in struct broadcast_msg, is a constant. */
void registry_end(struct desk_mount *, const char *reason);
void registry_check_free(struct desk_mount *);
void registry_new_conf(struct desk *);
void registry_free(struct desk *);

/* admit.c */
void admit_ask(struct desk *, struct ask_msg *); /* takes the message */
void admit_key_checked(struct desk *, struct key_msg *);
void admit_free(struct desk *);

/* catalog.c */
/* Whose published recordings a path means, and of which mount ("": all). NULL:
 * nobody's. */
const struct patron *catalog_owner(
    struct desk *, const char *path, char mount[MOUNT_BYTES]);
/* The librarian answers. */
void catalog_ask(struct desk *, const struct ask_msg *, const struct patron *,
    const char *mount);

/* patrons.c */
void patrons_set(struct desk *, const struct members_msg *);
struct patron *patron_by_slug(struct desk *, const char *slug);
struct patron *patron_by_id(struct desk *, int64_t id);
/* Whose a mount is: its configuration says, or its first path segment. */
struct patron *patron_of_mount(struct desk *, const char *name);
void patrons_free(struct desk *);
/* Of its plan, else of the configuration; negative: none. */
int64_t patron_max_listeners(const struct desk *, const struct patron *);
int64_t patron_max_mounts(const struct desk *, const struct patron *);
/* Ends what a blocked member may not go on with any more. */
void patrons_end_blocked(struct desk *);
bool patron_is_blocked(const struct patron *);
/* What the key is checked against: its delegate's hash, or the member's. */
const char *patron_hash(struct desk *, struct patron *, const char *key);
bool patron_knows_key(struct desk *, struct patron *, const char *key);
void patron_learn_key(struct desk *, struct patron *, const char *key);

/* deputies.c */
void deputies_set(struct desk *, const struct delegates_msg *);
/* NULL: the key names none of this member's, so it would be the member's own.
 */
struct deputy *deputy_of_key(
    struct desk *, const struct patron *, const char *key);
/* Whether this mount may not be fed now, and why. */
bool deputy_objection(
    const struct deputy *, const char *path, char *why, size_t size);

/* throttle.c */
/* Seconds to wait before another key may be tried, 0: go on. */
unsigned throttle_wait_secs(struct desk *, uint64_t household, int64_t member);
/* Every check counts as wrong from its start, so that many at once cannot slip
 * through; being right takes it back. */
void throttle_try(struct desk *, uint64_t household, int64_t member);
void throttle_right(struct desk *, uint64_t household, int64_t member);
void throttle_sweep(struct desk *);
void throttle_free(struct desk *);

/* gauges.c */
void gauge_join(struct gauge *);
void gauge_leave(struct gauge *);
void gauges_post(struct desk *); /* to the clerk, and a new slot begins */
void gauges_tick(struct desk *);

/* chronicle.c */
/* A source is on air, or more is known of what it sends. */
void chronicle_facts(struct desk_mount *);
void chronicle_title(struct desk_mount *, const char *title);
void chronicle_lost(struct desk_mount *, const char *reason);
void chronicle_join(struct desk_mount *); /* a listener came */
void chronicle_tick(struct desk_mount *);
void chronicle_end(struct desk_mount *); /* it is gone */

/* status.c: what pages are made of */
struct block *status_page(
    struct desk *, const struct ask_msg *, const char **type, unsigned *status);

/* control.c, callers.c, commands.c */
struct control;
void control_open(struct desk *);
void control_free(struct desk *);
/* The same command for another thread: its RESULT goes there. */
void caller_run(struct desk *, const struct run_msg *);
/* False: no thread waits for this number. */
bool caller_reply(
    struct desk *, uint64_t reply, int status, const void *text, size_t len);
void callers_free(struct desk *);
/* Ends a command: exit status and what it prints. */
void control_reply(
    struct desk *, uint64_t reply, int status, const void *text, size_t len);
void command_run(struct desk *, uint64_t reply, unsigned argc, char **argv);
void command_listing(struct desk *, const struct listing_msg *);
void commands_free(struct desk *);

/* herald.c: tells who follows what is on air */
void herald_title(struct desk_mount *);
void herald_state(struct desk_mount *); /* when it is another */
void herald_recording(struct desk_mount *);
void herald_tick(struct desk_mount *);
/* What holds now of these mounts, with commas between, "" for all. */
struct block *herald_present(struct desk *, const char *mounts);

/* air.c */
/* False: these are not its words. */
bool air_run(struct desk *, uint64_t reply, unsigned argc, char **argv);

/* inquiry.c */
void inquiry_begin(struct desk *, uint64_t reply, unsigned argc, char **argv);
void inquiry_flushed(struct desk *, const struct flush_msg *);
void inquiry_free(struct desk *);

/* reload.c */
/* NULL, or what is wrong with the file (free it); the old one stays then. */
char *reload_conf(struct desk *);
struct life_rules reload_life_rules(const struct conf *);

/* desk.c */
void desk_stop(struct desk *);
void desk_check_drained(struct desk *);
void desk_tell_workers(struct desk *, const void *message, size_t bytes);

/* threads.c */
void threads_start(struct desk *);
void threads_done(struct desk *, const struct done_msg *);
void threads_free(struct desk *); /* joins them first */

#endif
