/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The table of the API, as OpenAPI 3.1 has it. */
#include "faces/errand.h"

#include "faces/porter_priv.h"

#include <string.h>

static json_t *
parameter(const char *name, size_t len, const char *in)
{
	return json_pack("{s:s#, s:s, s:b, s:{s:s}}", "name", name, (int)len,
	    "in", in, "required", strcmp(in, "path") == 0, "schema", "type",
	    "string");
}

static bool
is_own_name(const char *name, size_t len)
{
	return (len == 3 && memcmp(name, "who", len) == 0) ||
	    (len == 6 && memcmp(name, "member", len) == 0);
}

/* The names in braces of the address, or of the commands but not of it. */
static void
add_parameters(json_t *to, const char *text, const char *not_in, const char *in)
{
	const char *at = text;
	char place[FACE_NAME + 2];
	size_t len;

	while (at != NULL && (at = strchr(at, '{')) != NULL) {
		len = strcspn(++at, "}*");
		snprintf(place, sizeof(place), "{%.*s}", (int)len, at);
		if (not_in == NULL ||
		    (strstr(not_in, place) == NULL && !is_own_name(at, len)))
			json_array_append_new(to, parameter(at, len, in));
	}
}

static json_t *
form(const struct face *face)
{
	json_t *properties = json_object(), *names = json_array();
	const char *name;

	for (size_t i = 0; i < FACE_RUNS; i++)
		add_parameters(names, face->runs[i].line, face->api, "form");
	for (size_t i = 0; i < json_array_size(names); i++) {
		name = json_string_value(
		    json_object_get(json_array_get(names, i), "name"));
		json_object_set_new(
		    properties, name, json_pack("{s:s}", "type", "string"));
	}
	json_decref(names);
	return json_pack("{s:{s:{s:{s:s, s:o}}}}", "content",
	    "application/x-www-form-urlencoded", "schema", "type", "object",
	    "properties", properties);
}

static json_t *
operation(const struct face *face)
{
	static const char *const roles[] = { "public", "member", "operator" };
	json_t *parameters = json_array(), *result;

	add_parameters(parameters, face->api, NULL, "path");
	for (size_t i = 0; face->verb == PAGE_GET && i < FACE_RUNS; i++)
		add_parameters(
		    parameters, face->runs[i].line, face->api, "query");
	result = json_pack("{s:s, s:o, s:{s:{s:s}, s:{s:s}, s:{s:s}}}",
	    "summary", face->about, "parameters", parameters, "responses",
	    "200", "description", "done", "401", "description",
	    "no token that is good", "404", "description",
	    "not there, or another member's");
	json_object_set_new(result, "x-role", json_string(roles[face->role]));
	if (face->verb == PAGE_POST)
		json_object_set_new(result, "requestBody", form(face));
	if (face->role == ROLE_PUBLIC)
		json_object_set_new(result, "security", json_array());
	return result;
}

void
openapi_page(struct errand *errand)
{
	json_t *paths = json_object(), *path;
	const struct face *face;

	for (size_t at = 0; (face = table_row(at)) != NULL; at++) {
		if (face->api == NULL)
			continue;
		path = json_object_get(paths, face->api);
		if (path == NULL) {
			path = json_object();
			json_object_set_new(paths, face->api, path);
		}
		json_object_set_new(path,
		    face->verb == PAGE_POST ? "post" : "get", operation(face));
	}
	answer_json(errand, 200,
	    json_pack("{s:s, s:{s:s, s:s, s:{s:s}}, s:[{s:s}], s:o,"
		      " s:[{s:[]}], s:{s:{s:{s:s, s:s}}}}",
		"openapi", "3.1.0", "info", "title", "all2all", "version", "1",
		"license", "name", "GPL-3.0-or-later", "servers", "url",
		errand->porter->conf->public_url, "paths", paths, "security",
		"token", "components", "securitySchemes", "token", "type",
		"http", "scheme", "bearer"));
}
