/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "net/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct in6_addr
address_of(const struct sockaddr_storage *peer)
{
	struct in6_addr address = IN6ADDR_ANY_INIT;

	if (peer->ss_family == AF_INET6)
		return ((const struct sockaddr_in6 *)peer)->sin6_addr;
	if (peer->ss_family == AF_INET) {
		address.s6_addr[10] = address.s6_addr[11] = 0xff;
		memcpy(&address.s6_addr[12],
		    &((const struct sockaddr_in *)peer)->sin_addr, 4);
	}
	return address;
}

struct in6_addr
address_household(const struct in6_addr *address)
{
	struct in6_addr household = *address;

	if (!IN6_IS_ADDR_V4MAPPED(address))
		memset(&household.s6_addr[8], 0, 8);
	return household;
}

bool
address_same(const struct in6_addr *one, const struct in6_addr *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

bool
address_is_loopback(const struct in6_addr *address)
{
	return IN6_IS_ADDR_LOOPBACK(address) ||
	    (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

void
address_bound(int fd, char text[ADDRESS_TEXT_BYTES])
{
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof(bound);
	char host[INET6_ADDRSTRLEN] = "?";

	text[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&bound, &len) == -1)
		return;
	if (bound.ss_family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&bound;

		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(text, ADDRESS_TEXT_BYTES, "[%s]:%u", host,
		    ntohs(in6->sin6_port));
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)&bound;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(text, ADDRESS_TEXT_BYTES, "%s:%u", host,
		    ntohs(in->sin_port));
	}
}

unsigned
address_port(int fd)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof(bound);

	if (getsockname(fd, (struct sockaddr *)&bound, &len) == -1)
		return 0;
	return ntohs(bound.ss_family == AF_INET6
		? ((struct sockaddr_in6 *)&bound)->sin6_port
		: ((struct sockaddr_in *)&bound)->sin_port);
}
