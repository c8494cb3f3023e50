/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/model.h"

#include <stdlib.h>
#include <string.h>

void
model_free(struct model *model)
{
	free(model->mounts);
	free(model->codecs);
	free(model->sources);
	free(model->days);
	free(model->hours);
	free(model->adjustments);
	memset(model, 0, sizeof(*model));
}
