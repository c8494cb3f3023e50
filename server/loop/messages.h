/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * messages - everything one thread may tell another.
 *
 * Each struct begins with struct message and belongs to whoever holds it.
 * message_free() also lets go of the blocks and memory inside, so a message
 * that is not understood or comes too late leaks nothing; a handler that keeps
 * a member sets it to NULL first.
 */
#ifndef LOOP_MESSAGES_H
#define LOOP_MESSAGES_H

#include "base/block.h"
#include "base/grid.h"
#include "base/zone.h"
#include "loop/mailbox.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOUNT_BYTES  256 /* a mount's name with its NUL */
#define SLUG_BYTES   64
#define NAME_BYTES   256
#define TITLE_BYTES  512
#define URL_BYTES    256 /* the relay's own */
#define KEY_BYTES    128
#define CLOSED_MOST  32 /* conns in one message */
#define AGENT_BYTES  64 /* of a listener's player */
#define ENDING_BYTES 16 /* why a broadcast ended */

struct conf;
struct feed;
struct loop;

enum message_kind {
	/* desk to workers */
	MSG_CONN,       /* struct conn_msg: a socket was accepted */
	MSG_CONF,       /* struct conf_msg */
	MSG_ANSWER,     /* struct answer_msg: to any ask */
	MSG_MOUNT,      /* struct mount_msg: a mount is there, or changed */
	MSG_MOUNT_GONE, /* struct mount_msg: it is not any more */
	MSG_FEED_END,   /* struct feed_msg: close this feed's stream properly */
	MSG_SET_TITLE,  /* struct title_msg: to the worker that feeds */
	MSG_KICK,       /* struct kick_msg */
	MSG_LIST,       /* struct listing_msg without rows: please fill it */
	MSG_FLUSH,      /* struct flush_msg: tell the clerk all there is */
	MSG_ROOM,       /* struct room_msg: what recordings may take */
	MSG_EVENT,      /* struct event_msg: something on air changed */
	MSG_STOP,       /* struct message: to all threads */
	/* the feeding worker to the other workers and the spool */
	MSG_BLOCK, /* struct block_msg */
	MSG_FACTS, /* struct facts_msg: also to the desk */
	/* between workers */
	MSG_CROWD, /* struct crowd_msg: one has many listeners of a mount */
	/* workers to desk */
	MSG_ASK,        /* struct ask_msg */
	MSG_CLOSED,     /* struct closed_msg: conns are gone */
	MSG_FEED_LOST,  /* struct feed_msg: the source is gone, feed comes back
			 */
	MSG_FEED_ENDED, /* struct feed_msg: answer to FEED_END, feed is NULL */
	MSG_TITLE,      /* struct title_msg: what is playing changed */
	MSG_LISTING,    /* struct listing_msg: the listeners of a mount */
	MSG_FLUSHED,    /* struct flush_msg: the clerk has it before anything
			 * that is posted to it from now on */
	MSG_PULSE,      /* struct pulse_msg: once a second */
	MSG_DONE,       /* struct done_msg: this thread has stopped */
	/* to and from the key checker */
	MSG_CHECK_KEY, /* struct key_msg */
	MSG_KEY_CHECKED,
	/* to the clerk */
	MSG_USAGE,      /* struct usage_msg */
	MSG_PEAKS,      /* struct peaks_msg */
	MSG_AUDIENCE,   /* struct audience_msg */
	MSG_BROADCAST,  /* struct broadcast_msg */
	MSG_PLAY,       /* struct play_msg */
	MSG_RECORDING,  /* struct recording_msg, also spool to desk */
	MSG_COMMAND,    /* struct command_msg, also clerk to reporter */
	MSG_STATEMENT,  /* struct statement_msg, from the reporter */
	MSG_AUDIT,      /* struct audit_msg, from the archivist */
	MSG_FORGOTTEN,  /* struct forgotten_msg, the same */
	MSG_LIFE_RULES, /* struct life_rules_msg */
	MSG_LETTER,     /* struct letter_msg, from the poster */
	/* clerk to desk */
	MSG_RESULT, /* struct result_msg; the archivist's by way of the clerk */
	MSG_MEMBERS,   /* struct members_msg */
	MSG_DELEGATES, /* struct delegates_msg */
	MSG_LETTERS,   /* struct message: one may wait; also to the poster */
	/* the feeding worker to the spool */
	MSG_SPOOL_OPEN, /* struct spool_msg */
	MSG_SPOOL_AWAY, /* the same: the source is, and may come back */
	MSG_SPOOL_CLOSE,
	/* desk to the spool, which answers with RESULT */
	MSG_RECORD, /* struct record_msg */
	/* the spool to the archivist */
	MSG_FINISH, /* struct finish_msg */
	/* workers to the librarian */
	MSG_CATALOG, /* struct catalog_msg, from the desk: what is published;
		      * the worker gets an ANSWER */
	MSG_FIND,    /* struct find_msg: what is this recording? */
	MSG_FETCH,   /* struct fetch_msg: a piece of it */
	MSG_SHUT,    /* struct fetch_msg: its file is not needed any more */
	/* the librarian to workers */
	MSG_FOUND, /* struct found_msg */
	MSG_PIECE, /* struct piece_msg */
	/* workers to the porter, and back */
	MSG_PAGE_ASK, /* struct page_ask_msg */
	MSG_PAGE,     /* struct page_msg */
	/* the porter to the desk, which answers with RESULT */
	MSG_RUN, /* struct run_msg */
};

/* What is counted, design of the ledger: kinds of traffic. */
enum usage_kind {
	USAGE_LIVE,
	USAGE_SOURCE_IN,
	USAGE_ARCHIVE, /* recordings, and what was on air some time ago */
	USAGE_PAGES,
	USAGE_WASTE,
	USAGE_KINDS
};

#define USAGE_LENGTHS 8 /* < 30 s, 1, 5, 10, 30 min, 1 h, 2 h, longer */

/* Since the last flush of this thread, not absolute: the clerk adds up. */
struct usage_delta {
	int64_t slot;            /* floor(UTC seconds / 300) */
	int64_t member;          /* 0: the server itself */
	char mount[MOUNT_BYTES]; /* "" when of no mount */
	enum usage_kind kind;
	uint64_t payload_out; /* bytes the peer's kernel acknowledged */
	uint64_t tcp_out;     /* the same with TLS around it */
	uint64_t wire_out;    /* with TCP and IP heads, retransmissions */
	uint64_t payload_in, wire_in;
	uint64_t tls_out;     /* the part of payload_out that went over TLS */
	uint64_t listen_ms;   /* while bytes were acknowledged */
	uint64_t listen60_ms; /* of sessions of at least 60 s */
	uint64_t starts;      /* sessions begun */
	uint64_t ended[USAGE_LENGTHS]; /* and ended, by time of listening */
};

struct usage_msg {
	struct message message;
	unsigned count;
	struct usage_delta rows[];
};

/* mount "" is the member's own gauge over all its mounts. */
struct peak_row {
	int64_t slot, member;
	char mount[MOUNT_BYTES];
	uint64_t peak;
	int64_t peak_at_ms; /* wall */
};

struct peaks_msg {
	struct message message;
	unsigned count;
	struct peak_row rows[];
};

#define AUDIENCE_MOST 64

/* Listeners of a mount that heard it for a minute that day: numbers that cannot
 * be turned back into anybody (stream/uniques.h). */
struct audience_msg {
	struct message message;
	int64_t day; /* of the member's zone, as in base/zone.h */
	int64_t member;
	char mount[MOUNT_BYTES];
	unsigned count;
	uint64_t tokens[AUDIENCE_MOST];
};

/* A source is on air, or is not any more; told again when more is known. */
struct broadcast_msg {
	struct message message;
	uint64_t number; /* of this run, to know it again */
	int64_t member;
	char mount[MOUNT_BYTES];
	int64_t started_ms, ended_ms; /* wall; 0: not yet */
	char reason[ENDING_BYTES];    /* left, lost, bad, kicked, blocked,
				       * stopped; "" while it is on air */
	char encoder[128], media_type[64], codecs[64];
	unsigned bitrate_kbps; /* 0: not known */
};

/* A title, in the same way. */
struct play_msg {
	struct message message;
	uint64_t number;
	int64_t member;
	char mount[MOUNT_BYTES];
	char title[TITLE_BYTES];
	int64_t started_ms, ended_ms;
	unsigned listeners, peak; /* when it began; the most while it played */
};

enum member_state {
	MEMBER_ORDERED, /* not paid yet: may not stream */
	MEMBER_ACTIVE,
	MEMBER_OVERDUE, /* an invoice is not paid in time: streams on */
	MEMBER_BLOCKED,
	MEMBER_DUE, /* blocked, and listed for deletion */
	MEMBER_DELETED
};

struct member {
	int64_t id;
	char slug[SLUG_BYTES];
	char name[NAME_BYTES];
	char key_hash[KEY_BYTES]; /* as crypt(5) writes it */
	char zone[ZONE_BYTES];    /* its days are those of this zone */
	enum member_state state;
	bool is_cut;        /* blocked, and not for payment: nothing goes on */
	bool is_full;       /* its storage is: no new recordings */
	bool is_capped;     /* its quota is used up: no new listeners */
	int64_t blocked_ms; /* wall; 0: is not */
	/* Of its plan; -1: no limit there. */
	int64_t max_listeners, max_bitrate_kbps, max_mounts;
};

/* When members who do not pay are blocked: of the configuration. */
struct life_rules {
	bool counts_from_sent; /* else from the day an invoice is due */
	bool is_automatic;     /* else a person blocks */
	int64_t block_after_days, delete_after_days;
};

struct life_rules_msg {
	struct message message;
	struct life_rules rules;
};

/* The whole list, after any change and at start. */
struct members_msg {
	struct message message;
	unsigned count;
	struct member rows[];
};

#define DELEGATE_MOUNTS_BYTES 512
/* A delegate's key is its name, this and secret letters. */
#define DELEGATE_KEY_SIGN '.'

/* Who may feed a member's mounts besides itself. */
struct delegate {
	int64_t id, member;
	char name[SLUG_BYTES];
	char key_hash[KEY_BYTES];
	char mounts[DELEGATE_MOUNTS_BYTES]; /* "*", or paths and spaces */
	int64_t from_ms, until_ms;          /* wall */
	bool is_revoked;                    /* and nothing goes on */
};

/* All that are not over, after any change and at start; and for some time those
 * that were revoked. */
struct delegates_msg {
	struct message message;
	unsigned count;
	struct delegate rows[];
};

/* A command line of all2allctl that only the clerk can answer. */
struct command_msg {
	struct message message;
	uint64_t reply_to;
	struct loop *then; /* who answers once all is written; NULL: the clerk
			    */
	unsigned argc;
	char *argv[]; /* mem_text() each, freed with the message */
};

/* A member's period, to be sealed as it is. */
struct statement_msg {
	struct message message;
	struct statement_msg *next; /* more of them, or NULL; freed with it */
	uint64_t reply_to;          /* of the first; 0: nobody asked */
	int64_t member;
	char slug[SLUG_BYTES];
	char period[64];
	int64_t from_ms, to_ms; /* wall */
	char *csv, *json;       /* mem_text() each, freed with the message */
	char csv_sha256[65];
};

#define LETTER_ERROR_BYTES 256

/* What became of a letter that had been tried so often before. */
struct letter_msg {
	struct message message;
	int64_t id, tries;
	bool is_sent; /* the mail server has it */
	char error[LETTER_ERROR_BYTES];
};

struct result_msg {
	struct message message;
	uint64_t reply_to;
	int status;         /* exit status: 0 done, 1 refused, 2 wrong use */
	struct block *text; /* stdout when 0, else stderr */
};

struct key_msg {
	struct message message;
	uint64_t ask;
	char hash[KEY_BYTES]; /* "" for a member that does not exist: a dummy
			       * is checked, so that both take the same time */
	char key[KEY_BYTES];
	bool is_right;
};

enum record_what {
	RECORD_START, /* the manual one */
	RECORD_STOP,
	RECORD_MARK /* what follows is another item */
};

struct record_msg {
	struct message message;
	uint64_t reply_to;
	enum record_what what;
	char mount[MOUNT_BYTES];
	char title[TITLE_BYTES]; /* "" when none was given */
};

struct block_msg {
	struct message message;
	uint32_t mount_no;
	struct block *block;
};

/* A socket on its way to the worker that will keep it. */
struct conn_msg {
	struct message message;
	int fd; /* closed with the message */
	uint64_t conn_no;
	struct sockaddr_storage peer;
	struct ssl_ctx_st *tls; /* NULL: plain only; a reference */
	bool is_tls_only;
};

struct conf_msg {
	struct message message;
	const struct conf *conf; /* a reference */
};

#define ETAG_BYTES 40

/* What a worker sends as it is. */
struct document {
	struct block *body; /* NULL: none */
	const char *type;   /* a constant */
	char etag[ETAG_BYTES];
	int64_t modified_ms; /* wall; 0: not known */
	bool is_gzip;
};

#define CURSOR_BYTES 64

/* What of a member's published recordings is asked for, and how. */
struct catalog_wish {
	bool is_feed;  /* RSS, else JSON */
	unsigned page; /* of a feed, from 1 on */
	unsigned most; /* items; 0: as many as is usual */
	bool takes_gzip;
	char cursor[CURSOR_BYTES]; /* where the last list ended, or "" */
};

enum ask_kind {
	ASK_SOURCE,  /* may I feed this mount? */
	ASK_LISTEN,  /* may I drink it? */
	ASK_HEAD,    /* what would a listener be told? */
	ASK_TITLE,   /* this is playing now */
	ASK_PAGE,    /* a page, a playlist, the status */
	ASK_ITEM,    /* may I read a recording of this mount? */
	ASK_CATALOG, /* what is published; the librarian answers */
	ASK_LOGIN,   /* is this key the member's own? */
	ASK_EVENTS   /* what is on air? I follow it */
};

struct ask_msg {
	struct message message;
	enum ask_kind kind;
	unsigned worker;
	struct loop *from;       /* who gets the answer; NULL: the worker */
	uint64_t conn_no;        /* or the number of who asks */
	char path[MOUNT_BYTES];  /* the mount or page; "" for ASK_TITLE: mine */
	char query[MOUNT_BYTES]; /* ASK_PAGE: its mount filter */
	char user[SLUG_BYTES];   /* "" when no login was sent */
	char key[KEY_BYTES];
	bool has_login;
	bool is_shoutcast;        /* the key may belong to any member */
	int64_t member;           /* ASK_ITEM: whose recording it is, */
	bool is_public;           /* everybody may have it, */
	uint64_t need_bps;        /* and to play it takes so much */
	struct catalog_wish wish; /* ASK_CATALOG */
	struct in6_addr address;  /* /128 or mapped IPv4, for slowing down */
	char *event_mounts; /* ASK_EVENTS: with commas between, "" for all;
			     * freed with the message */
	char content_type[64];
	char title[TITLE_BYTES];
	char url[NAME_BYTES];
	char agent[128];
};

struct answer_msg {
	struct message message;
	enum ask_kind kind;
	uint64_t conn_no;
	unsigned status;       /* 200, or what to refuse with */
	char text[NAME_BYTES]; /* why, in words an artist can act on */
	unsigned retry_secs;   /* 0: none */
	uint32_t mount_no;
	int64_t member;
	char slug[SLUG_BYTES];
	int64_t max_bitrate_kbps; /* ASK_SOURCE: -1: no limit */
	bool may_record;          /* ASK_SOURCE: its storage has room */
	struct feed *feed;  /* ASK_SOURCE: the mount's, NULL: make a new one */
	struct block *body; /* ASK_PAGE */
	const char *type;   /* of the body; a constant */
	struct document document; /* ASK_CATALOG */
	char *event_mounts;       /* ASK_EVENTS: as asked; freed with it */
};

struct mount_msg {
	struct message message;
	uint32_t mount_no;
	int64_t member;
	char name[MOUNT_BYTES];
	char slug[SLUG_BYTES];
	char zone[ZONE_BYTES]; /* of the member */
};

struct feed_msg {
	struct message message;
	uint32_t mount_no;
	uint64_t conn_no;   /* of the source that is gone */
	struct feed *feed;  /* owned; the receiver must take it */
	const char *reason; /* FEED_LOST: as in broadcast_msg; a constant */
	bool is_final;      /* FEED_END: somebody ended it, it is not lost */
};

struct title_msg {
	struct message message;
	uint32_t mount_no;
	char title[TITLE_BYTES];
	char url[NAME_BYTES];
};

enum kick_what {
	KICK_CONN,
	KICK_SOURCE,
	KICK_LISTENERS
};

struct kick_msg {
	struct message message;
	enum kick_what what;
	uint64_t conn_no;
	uint32_t mount_no;
};

/* What is known of a mount's stream: from the source's headers and its bytes.
 */
struct mount_facts {
	char name[NAME_BYTES], description[NAME_BYTES], genre[NAME_BYTES];
	char url[NAME_BYTES], audio_info[NAME_BYTES], agent[128];
	char media_type[64], extension[8], codecs[64];
	unsigned bitrate_kbps, sample_rate, channels, width, height;
	bool is_public, has_video, takes_icy;
};

struct facts_msg {
	struct message message;
	uint32_t mount_no;
	struct block *lines; /* header lines for listeners, CRLF each */
	struct mount_facts facts;
};

struct crowd_msg {
	struct message message;
	uint32_t mount_no;
	bool is_crowd; /* or not any more */
};

struct closed_msg {
	struct message message;
	unsigned count;
	uint64_t conn_nos[CLOSED_MOST];
};

struct listener_row {
	uint64_t conn_no, bytes, lag_bytes;
	int64_t secs;
	bool is_tls, has_icy;
	char agent[AGENT_BYTES];
};

struct listing_msg {
	struct message message;
	uint64_t reply_to;
	uint32_t mount_no;
	unsigned count;
	struct listener_row rows[];
};

struct flush_msg {
	struct message message;
	uint64_t reply_to;
};

struct pulse_msg {
	struct message message;
	unsigned worker;
	unsigned busy_permille; /* of a core, since the last one */
	uint64_t sent_bps;      /* to all peers, without TCP's heads, */
	uint64_t archive_bps;   /* and of that to who reads recordings, */
	uint64_t need_bps;      /* who need so much to play them */
};

/* All who read recordings at this worker may take so much together. */
struct room_msg {
	struct message message;
	uint64_t archive_bps; /* 0: as much as they want */
};

struct done_msg {
	struct message message;
	unsigned thread_no;
};

/* A zeroed message of that size and kind. */
void *message_new(unsigned kind, size_t bytes);
void message_free(struct message *);

#include "loop/archive_messages.h"
#include "loop/page_messages.h"

#endif
