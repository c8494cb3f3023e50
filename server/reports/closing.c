/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/closing.h"

#include "base/mem.h"
#include "base/text.h"
#include "reports/plain.h"

#define SETTLE_MS 120000 /* after its end, until a period may be sealed */

static char *
text_of(const struct model *model,
    void (*face)(const struct model *, struct bytes *))
{
	struct bytes out = { 0 };
	char *text;

	face(model, &out);
	bytes_append(&out, "", 1);
	text = mem_text((const char *)out.data);
	bytes_free(&out);
	return text;
}

enum closing_answer
closing_add(struct store *store, const struct subject *subject,
    struct statement_msg **chain)
{
	struct statement_msg *statement;
	struct model model;

	if (subject->wish.now_ms < subject->wish.to_ms + SETTLE_MS)
		return CLOSING_EARLY;
	if (!subject_collect(store, subject, &model)) {
		model_free(&model);
		return CLOSING_FAILED;
	}
	model.is_sealed = true;
	statement = message_new(MSG_STATEMENT, sizeof(*statement));
	statement->member = subject->member.member.id;
	text_copy(statement->slug, sizeof(statement->slug), model.slug);
	text_copy(statement->period, sizeof(statement->period), model.period);
	text_copy(statement->csv_sha256, sizeof(statement->csv_sha256),
	    model.csv_sha256);
	statement->from_ms = model.from_ms;
	statement->to_ms = model.to_ms;
	statement->csv = text_of(&model, plain_csv);
	statement->json = text_of(&model, plain_json);
	statement->next = *chain;
	*chain = statement;
	model_free(&model);
	return CLOSING_ADDED;
}
