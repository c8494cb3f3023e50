/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "cast_server.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const struct {
	const char *type;
	unsigned format, usage;
} types[] = {
	{ "audio/mpeg", SHOUT_FORMAT_MP3, SHOUT_USAGE_AUDIO },
	{ "audio/ogg", SHOUT_FORMAT_OGG, SHOUT_USAGE_AUDIO },
	{ "video/ogg", SHOUT_FORMAT_OGG,
	    SHOUT_USAGE_AUDIO | SHOUT_USAGE_VISUAL },
	{ "application/ogg", SHOUT_FORMAT_OGG, SHOUT_USAGE_UNKNOWN },
	{ "audio/webm", SHOUT_FORMAT_WEBM, SHOUT_USAGE_AUDIO },
	{ "video/webm", SHOUT_FORMAT_WEBM,
	    SHOUT_USAGE_AUDIO | SHOUT_USAGE_VISUAL },
	{ "audio/x-matroska", SHOUT_FORMAT_MATROSKA, SHOUT_USAGE_AUDIO },
	{ "video/x-matroska", SHOUT_FORMAT_MATROSKA,
	    SHOUT_USAGE_AUDIO | SHOUT_USAGE_VISUAL },
	{ "text/plain", SHOUT_FORMAT_TEXT, SHOUT_USAGE_TEXT },
};

static int
find_type(const char *type)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcasecmp(types[i].type, type) == 0)
			return (int)i;
	}
	return -1;
}

bool
cast_server_knows(const char *type)
{
	return find_type(type) != -1;
}

static bool
set_texts(shout_t *shout, const struct cast_options *options)
{
	return (options->name == NULL ||
		   shout_set_meta(shout, SHOUT_META_NAME, options->name) ==
		       SHOUTERR_SUCCESS) &&
	    (options->description == NULL ||
		shout_set_meta(shout, SHOUT_META_DESCRIPTION,
		    options->description) == SHOUTERR_SUCCESS) &&
	    (options->genre == NULL ||
		shout_set_meta(shout, SHOUT_META_GENRE, options->genre) ==
		    SHOUTERR_SUCCESS) &&
	    shout_set_public(shout, options->is_public) == SHOUTERR_SUCCESS;
}

static bool
set_up(shout_t *shout, const struct cast_options *options, const char *type)
{
	static const int tls[] = { [CAST_TLS_AUTO] = SHOUT_TLS_AUTO,
		[CAST_TLS_YES] = SHOUT_TLS_AUTO_NO_PLAIN,
		[CAST_TLS_NO] = SHOUT_TLS_DISABLED };
	int row = find_type(type);

	CHECK(row != -1);
	return shout_set_host(shout, options->host) == SHOUTERR_SUCCESS &&
	    shout_set_port(shout, (unsigned short)options->port) ==
	    SHOUTERR_SUCCESS &&
	    shout_set_mount(shout, options->mount) == SHOUTERR_SUCCESS &&
	    shout_set_user(shout, options->user) == SHOUTERR_SUCCESS &&
	    shout_set_password(shout, options->key) == SHOUTERR_SUCCESS &&
	    shout_set_agent(shout, "all2all-cast") == SHOUTERR_SUCCESS &&
	    shout_set_tls(shout, tls[options->tls]) == SHOUTERR_SUCCESS &&
	    (options->ca_file == NULL ||
		shout_set_ca_file(shout, options->ca_file) ==
		    SHOUTERR_SUCCESS) &&
	    shout_set_protocol(shout,
		options->is_icy ? SHOUT_PROTOCOL_ICY : SHOUT_PROTOCOL_HTTP) ==
	    SHOUTERR_SUCCESS &&
	    shout_set_content_format(shout, types[row].format, types[row].usage,
		NULL) == SHOUTERR_SUCCESS &&
	    set_texts(shout, options);
}

static int
connect_plain(const struct cast_options *options)
{
	struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found;
	struct timeval patience = { .tv_sec = 3 };
	char port[8];
	int fd;

	snprintf(port, sizeof(port), "%u", options->port);
	if (getaddrinfo(options->host, port, &wanted, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1) {
		setsockopt(
		    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(
		    fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		if (connect(fd, found->ai_addr, found->ai_addrlen) == -1) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* libshout does not tell why a login failed. What the mount answers to somebody
 * who wants to listen tells whether it is in use; 0: it told nothing. */
static int
ask_mount(const struct cast_options *options)
{
	char text[1024];
	ssize_t len;
	int fd, status = 0;

	if (options->is_icy || options->tls == CAST_TLS_YES)
		return 0;
	fd = connect_plain(options);
	if (fd == -1)
		return 0;
	len = snprintf(text, sizeof(text),
	    "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: all2all-cast\r\n\r\n",
	    options->mount, options->host);
	if (send(fd, text, (size_t)len, MSG_NOSIGNAL) == len &&
	    recv(fd, text, 13, MSG_WAITALL) == 13 &&
	    strncmp(text, "HTTP/1.", 7) == 0)
		status = atoi(text + 9);
	close(fd);
	return status;
}

static void
explain_refusal(struct cast_server *server, const struct cast_options *options)
{
	int status = ask_mount(options);

	if (status == 404) {
		server->is_final = true;
		snprintf(server->why, sizeof(server->why),
		    "wrong key: %s does not let \"%s\" send to %s with it",
		    options->host, options->user, options->mount);
	} else if (status == 200) {
		snprintf(server->why, sizeof(server->why),
		    "mount in use: somebody already sends to %s, or the key is "
		    "wrong",
		    options->mount);
	} else {
		snprintf(server->why, sizeof(server->why),
		    "refused: the key for %s is wrong, or the mount is in use",
		    options->mount);
	}
}

static void
explain(
    struct cast_server *server, const struct cast_options *options, int error)
{
	switch (error) {
	case SHOUTERR_NOLOGIN:
		explain_refusal(server, options);
		break;
	case SHOUTERR_NOCONNECT:
		snprintf(server->why, sizeof(server->why),
		    "cannot connect to %s port %u", options->host,
		    options->port);
		break;
	case SHOUTERR_TLSBADCERT:
		server->is_final = true;
		snprintf(server->why, sizeof(server->why),
		    "the certificate of %s is not one to trust (--ca-file "
		    "names another to trust)",
		    options->host);
		break;
	case SHOUTERR_UNSUPPORTED:
		server->is_final = true;
		snprintf(server->why, sizeof(server->why),
		    "this kind of stream cannot be sent that way%s",
		    options->is_icy ? ": --protocol icy takes MP3 and AAC only"
				    : "");
		break;
	default:
		snprintf(server->why, sizeof(server->why),
		    "%s port %u broke off%s", options->host, options->port,
		    options->tls == CAST_TLS_YES
			? "; perhaps it speaks no TLS there"
			: "");
		break;
	}
}

bool
cast_server_open(struct cast_server *server, const struct cast_options *options,
    const char *type)
{
	int error;

	server->shout = shout_new();
	CHECK(server->shout != NULL);
	server->is_final = false;
	if (!set_up(server->shout, options, type)) {
		server->is_final = true;
		snprintf(server->why, sizeof(server->why),
		    "libshout does not take these options: %s",
		    shout_get_error(server->shout));
		cast_server_close(server);
		return false;
	}
	error = shout_open(server->shout);
	if (error == SHOUTERR_SUCCESS)
		return true;
	explain(server, options, error);
	shout_free(server->shout);
	server->shout = NULL;
	return false;
}

bool
cast_server_send(struct cast_server *server, const uint8_t *bytes, size_t len)
{
	if (shout_send_raw(server->shout, bytes, len) == (ssize_t)len)
		return true;
	snprintf(server->why, sizeof(server->why), "the connection is lost: %s",
	    shout_get_error(server->shout));
	return false;
}

bool
cast_server_title(struct cast_server *server, const char *title)
{
	shout_metadata_t *metadata = shout_metadata_new();
	int error;

	CHECK(metadata != NULL);
	error = shout_metadata_add(metadata, "song", title);
	if (error == SHOUTERR_SUCCESS)
		error = shout_set_metadata_utf8(server->shout, metadata);
	shout_metadata_free(metadata);
	return error == SHOUTERR_SUCCESS;
}

void
cast_server_close(struct cast_server *server)
{
	if (server->shout == NULL)
		return;
	shout_close(server->shout);
	shout_free(server->shout);
	server->shout = NULL;
}
