/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * tcp - what the kernel knows of a connection (struct tcp_info, linux/tcp.h).
 *
 * In a file of its own because <linux/tcp.h> and <netinet/tcp.h> cannot be
 * included together, and glibc's struct stops before the byte counters.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdbool.h>
#include <stdint.h>

struct tcp_counts {
	uint64_t acked;    /* bytes the peer's kernel has confirmed */
	uint64_t wire_out; /* IP packets: data, retransmissions, heads */
	uint64_t wire_in;
	bool is_dead; /* reset, or closed by both: nothing will change */
};

/* ip_head_bytes: 20 for IPv4, 40 for IPv6. */
bool tcp_counts(int fd, unsigned ip_head_bytes, struct tcp_counts *);
/* No delay, keep-alive, user timeout; unsent_bytes and send_buffer_bytes as in
 * the configuration, 0 leaves the kernel's. */
void tcp_prepare(int fd, int64_t unsent_bytes, int64_t send_buffer_bytes);

#endif
