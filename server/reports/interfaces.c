/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/interfaces.h"

#include "base/text.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define HEAD_BYTES 14 /* of Ethernet; the loopback counts them too */

static int64_t
counter(const char *interface, const char *name)
{
	char path[128];
	int64_t value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/statistics/%s",
	    interface, name);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%" SCNd64, &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

void
interfaces_read(struct interfaces *interfaces)
{
	struct if_nameindex *names = if_nameindex();

	interfaces->count = 0;
	if (names == NULL)
		return;
	for (unsigned i = 0; i < INTERFACES_MOST && names[i].if_name != NULL;
	     i++) {
		struct interface *row = &interfaces->rows[i];
		const char *name = names[i].if_name;

		text_copy(row->name, sizeof(row->name), name);
		row->out_bytes = counter(name, "tx_bytes") -
		    HEAD_BYTES * counter(name, "tx_packets");
		row->in_bytes = counter(name, "rx_bytes") -
		    HEAD_BYTES * counter(name, "rx_packets");
		interfaces->count++;
	}
	if_freenameindex(names);
}

const struct interface *
interfaces_find(const struct interfaces *interfaces, const char *name)
{
	for (unsigned i = 0; i < interfaces->count; i++) {
		if (strcmp(interfaces->rows[i].name, name) == 0)
			return &interfaces->rows[i];
	}
	return NULL;
}
