/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/hyperloglog.h"

#define RANK_MOST (64 - HYPERLOGLOG_BITS)
#define LN_2      0.69314718055994530942

/* The longest run of zeros that a register's numbers began with, plus one. */
void
hyperloglog_add(struct hyperloglog *sketch, uint64_t number)
{
	uint8_t *at = &sketch->registers[number >> RANK_MOST];
	uint64_t rest = number << HYPERLOGLOG_BITS;
	uint8_t rank = 1;

	for (; rank < RANK_MOST && !(rest >> 63); rest <<= 1)
		rank++;
	if (rank > *at)
		*at = rank;
}

/* What the empty registers tell: x + sum of x^(2^k) 2^(k-1), until it stops
 * growing. */
static double
sigma(double x)
{
	double sum = x, before = -1, weight = 1;

	while (sum > before) {
		before = sum;
		x *= x;
		sum += x * weight;
		weight += weight;
	}
	return sum;
}

/* O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches"
 * (2017), section 4: one formula for few and for many. */
uint64_t
hyperloglog_count(const struct hyperloglog *sketch)
{
	unsigned counts[RANK_MOST + 1] = { 0 };
	const double m = HYPERLOGLOG_REGISTERS;
	double sum = 0;

	for (unsigned i = 0; i < HYPERLOGLOG_REGISTERS; i++)
		counts[sketch->registers[i]]++;
	if (counts[0] == HYPERLOGLOG_REGISTERS)
		return 0;
	for (unsigned rank = RANK_MOST; rank > 0; rank--)
		sum = 0.5 * (sum + counts[rank]);
	sum += m * sigma(counts[0] / m);
	return (uint64_t)(m * m / (2 * LN_2 * sum) + 0.5);
}
