/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "letters/smtp.h"

#include "base/mem.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct smtp {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *to;
	struct bytes message; /* eaten as it is sent */
	char why[CURL_ERROR_SIZE];
};

bool
smtp_prepare(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t
give(char *to, size_t size, size_t count, void *owner)
{
	struct smtp *smtp = owner;
	size_t len = size * count;

	if (len > smtp->message.len)
		len = smtp->message.len;
	if (len > 0)
		memcpy(to, smtp->message.data, len);
	bytes_eat(&smtp->message, len);
	return len;
}

/* Nothing of a dialogue is kept or shown. */
static size_t
forget(char *from, size_t size, size_t count, void *owner)
{
	(void)from;
	(void)owner;
	return size * count;
}

static bool
set_security(CURL *easy, const struct smtp_server *server)
{
	return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_SSLVERSION,
		(long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    (server->ca == NULL ||
		(curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca) ==
			CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

static bool
set_login(CURL *easy, const struct smtp_server *server)
{
	return server->user == NULL ||
	    (curl_easy_setopt(easy, CURLOPT_USERNAME, server->user) ==
		    CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_PASSWORD, server->password) ==
		    CURLE_OK);
}

static bool
set_letter(struct smtp *smtp, const struct smtp_server *server)
{
	CURL *easy = smtp->easy;

	return curl_easy_setopt(easy, CURLOPT_URL, server->url) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, server->from) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, smtp->to) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_READDATA, smtp) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, forget) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, smtp->why) == CURLE_OK;
}

/* A proxy of the environment is nobody we know. */
static bool
set_limits(CURL *easy)
{
	return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)SMTP_CONNECT_MS) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)SMTP_MOST_MS) ==
	    CURLE_OK;
}

struct smtp *
smtp_begin(const struct smtp_server *server, const char *to,
    const struct bytes *message, char **error)
{
	struct smtp *smtp = mem_new(sizeof(*smtp));

	smtp->multi = curl_multi_init();
	smtp->easy = curl_easy_init();
	smtp->to = curl_slist_append(NULL, to);
	bytes_append(&smtp->message, message->data, message->len);
	if (smtp->multi != NULL && smtp->easy != NULL && smtp->to != NULL &&
	    set_letter(smtp, server) && set_security(smtp->easy, server) &&
	    set_login(smtp->easy, server) && set_limits(smtp->easy) &&
	    curl_multi_add_handle(smtp->multi, smtp->easy) == CURLM_OK)
		return smtp;
	*error = mem_text("libcurl cannot send mail this way");
	smtp_end(smtp);
	return NULL;
}

/* The server's own number tells more than what libcurl makes of it. */
static char *
reason(const struct smtp *smtp, CURLcode code)
{
	const char *why = smtp->why[0] != '\0' ? smtp->why
					       : curl_easy_strerror(code);
	long answer = 0;
	char *text;

	curl_easy_getinfo(smtp->easy, CURLINFO_RESPONSE_CODE, &answer);
	if (answer >= 400)
		CHECK(asprintf(&text, "the mail server answered %ld: %s",
			  answer, why) > 0);
	else
		CHECK(asprintf(&text, "the mail server was not reached: %s",
			  why) > 0);
	return text;
}

enum smtp_state
smtp_step(struct smtp *smtp, char **error)
{
	const CURLMsg *told;
	int running = 0, left;

	if (curl_multi_perform(smtp->multi, &running) != CURLM_OK ||
	    (running > 0 &&
		curl_multi_poll(smtp->multi, NULL, 0, SMTP_STEP_MS, NULL) !=
		    CURLM_OK)) {
		*error = mem_text("libcurl failed");
		return SMTP_FAILED;
	}
	if (running > 0)
		return SMTP_GOES_ON;
	told = curl_multi_info_read(smtp->multi, &left);
	if (told != NULL && told->data.result == CURLE_OK)
		return SMTP_ACCEPTED;
	*error = told != NULL ? reason(smtp, told->data.result)
			      : mem_text("libcurl said nothing");
	return SMTP_FAILED;
}

void
smtp_end(struct smtp *smtp)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (smtp == NULL)
		return;
	/* Cleaning up says QUIT, and would wait two minutes for an answer. */
	if (smtp->easy != NULL)
		curl_easy_getinfo(smtp->easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RD);
	if (smtp->easy != NULL && smtp->multi != NULL)
		curl_multi_remove_handle(smtp->multi, smtp->easy);
	curl_easy_cleanup(smtp->easy);
	curl_multi_cleanup(smtp->multi);
	curl_slist_free_all(smtp->to);
	bytes_free(&smtp->message);
	free(smtp);
}
