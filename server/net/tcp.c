/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "net/tcp.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define KEEP_IDLE_SECS     60
#define KEEP_INTERVAL_SECS 15
#define KEEP_TRIES         4
#define USER_TIMEOUT_MS    30000
#define STATE_CLOSE        7 /* TCP_CLOSE, which linux/tcp.h has not */

/* With IP (RFC 791, 8200), and timestamps if any (RFC 7323). */
static uint64_t
head_bytes(unsigned ip_head_bytes, const struct tcp_info *info)
{
	return ip_head_bytes +
	    (info->tcpi_options & TCPI_OPT_TIMESTAMPS ? 32 : 20);
}

bool
tcp_counts(int fd, unsigned ip_head_bytes, struct tcp_counts *counts)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	uint64_t head;

	memset(&info, 0, sizeof(info));
	memset(counts, 0, sizeof(*counts));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1 ||
	    len < offsetof(struct tcp_info, tcpi_bytes_retrans))
		return false;
	head = head_bytes(ip_head_bytes, &info);
	counts->is_dead = info.tcpi_state == STATE_CLOSE;
	counts->acked = info.tcpi_bytes_acked;
	counts->wire_out = info.tcpi_bytes_sent + info.tcpi_segs_out * head;
	counts->wire_in = info.tcpi_bytes_received + info.tcpi_segs_in * head;
	return true;
}

static void
set(int fd, int level, int name, int value)
{
	/* A socket without the option works too, only less well. */
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

void
tcp_prepare(int fd, int64_t unsent_bytes, int64_t send_buffer_bytes)
{
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_SECS);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_SECS);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_TRIES);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
	if (unsent_bytes > 0)
		set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, (int)unsent_bytes);
	if (send_buffer_bytes > 0)
		set(fd, SOL_SOCKET, SO_SNDBUF, (int)send_buffer_bytes);
}
