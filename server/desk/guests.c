/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/mem.h"
#include "desk/desk_priv.h"
#include "net/address.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct household {
	uint64_t number;
	unsigned unfinished; /* connections without a whole request */
};

/* A number for an address, of this run only: it cannot be turned back. */
uint64_t
household_of(const struct desk *desk, const struct in6_addr *address)
{
	struct in6_addr household = address_household(address);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	uint64_t number;

	CHECK(EVP_DigestInit_ex2(desk->digest, desk->sha256, NULL) == 1 &&
	    EVP_DigestUpdate(desk->digest, desk->salt, sizeof(desk->salt)) ==
		1 &&
	    EVP_DigestUpdate(desk->digest, &household, sizeof(household)) ==
		1 &&
	    EVP_DigestFinal_ex(desk->digest, digest, NULL) == 1);
	memcpy(&number, digest, sizeof(number));
	return number != 0 ? number : 1;
}

bool
household_is_full(struct desk *desk, uint64_t number)
{
	const struct household *household = table_get(
	    &desk->unfinished, number);

	return household != NULL &&
	    household->unfinished >= desk->conf->max_address_unfinished;
}

static void
begin_request(struct desk *desk, uint64_t number)
{
	struct household *household = table_get(&desk->unfinished, number);

	if (household == NULL) {
		household = mem_new(sizeof(*household));
		household->number = number;
		table_put(&desk->unfinished, number, household);
	}
	household->unfinished++;
}

struct guest *
guest_new(
    struct desk *desk, uint64_t conn_no, unsigned worker, uint64_t household)
{
	struct guest *guest = mem_new(sizeof(*guest));

	guest->worker = worker;
	guest->household = household;
	guest->role = ROLE_REQUEST;
	begin_request(desk, household);
	table_put(&desk->guests, conn_no, guest);
	placement_join(desk, worker);
	return guest;
}

void
guest_finished(struct desk *desk, struct guest *guest)
{
	struct household *household;

	if (guest->is_finished)
		return;
	guest->is_finished = true;
	household = table_get(&desk->unfinished, guest->household);
	CHECK(household != NULL && household->unfinished > 0);
	if (--household->unfinished > 0)
		return;
	table_take(&desk->unfinished, guest->household);
	free(household);
}

static void
leave_mount(struct desk *desk, struct guest *guest)
{
	struct patron *patron = patron_by_id(desk, guest->mount->member);

	gauge_leave(&guest->mount->listeners);
	if (patron != NULL)
		gauge_leave(&patron->listeners);
	registry_check_free(guest->mount);
}

static void
close_one(struct desk *desk, uint64_t conn_no)
{
	struct guest *guest = table_take(&desk->guests, conn_no);

	if (guest == NULL)
		return;
	guest_finished(desk, guest);
	if (guest->role == ROLE_LISTENER)
		leave_mount(desk, guest);
	free(guest);
}

void
guests_closed(struct desk *desk, const struct closed_msg *closed)
{
	for (unsigned i = 0; i < closed->count; i++)
		close_one(desk, closed->conn_nos[i]);
}

void
guests_free(struct desk *desk)
{
	void *value;
	size_t at = 0;

	while ((value = table_next(&desk->guests, &at)) != NULL)
		free(value);
	at = 0;
	while ((value = table_next(&desk->unfinished, &at)) != NULL)
		free(value);
	table_free(&desk->guests);
	table_free(&desk->unfinished);
}
