/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * address - peers' addresses, in memory only while they are connected.
 *
 * IPv4 is kept as mapped IPv6, so that one comparison serves both. Nothing here
 * may be written to disk or log: listeners are private.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

struct in6_addr address_of(const struct sockaddr_storage *);
/* What one household has: an IPv4 address, or the /64 of an IPv6 one. */
struct in6_addr address_household(const struct in6_addr *);
bool address_same(const struct in6_addr *, const struct in6_addr *);
bool address_is_loopback(const struct in6_addr *);
/* "127.0.0.1:8000" or "[::1]:8000" of a bound socket. */
#define ADDRESS_TEXT_BYTES 64
unsigned address_port(int fd);
void address_bound(int fd, char text[ADDRESS_TEXT_BYTES]);

#endif
