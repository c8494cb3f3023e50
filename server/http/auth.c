/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/request.h"

#include <string.h>
#include <strings.h>

#define LOGIN_BYTES 768 /* decoded: far more than any user and password */

static int
base64_value(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	if (letter == '+')
		return 62;
	return letter == '/' ? 63 : -1;
}

/* RFC 4648 section 4; padding may be missing, but nothing may follow it. */
static bool
decode_base64(const char *from, char *to, size_t size, size_t *len)
{
	size_t letters = 0;
	uint32_t bits = 0;
	int value;

	*len = 0;
	for (; (value = base64_value(*from)) >= 0; from++) {
		bits = bits << 6 | (uint32_t)value;
		if (letters++ % 4 == 0)
			continue;
		if (*len + 1 >= size)
			return false;
		to[(*len)++] = (char)(bits >> (6 - (letters - 1) % 4 * 2));
	}
	to[*len] = '\0';
	if (letters % 4 == 1)
		return false;
	for (unsigned i = 0; i < 2 && *from == '='; i++)
		from++;
	return *from == '\0';
}

static bool
has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	}
	return false;
}

static bool
split_login(char *login, char *user, size_t user_size, char *password,
    size_t password_size)
{
	char *colon = strchr(login, ':');

	if (colon == NULL)
		return false;
	*colon++ = '\0';
	if (strlen(login) >= user_size || strlen(colon) >= password_size)
		return false;
	memcpy(user, login, strlen(login) + 1);
	memcpy(password, colon, strlen(colon) + 1);
	return true;
}

bool
request_basic(const struct request *request, char *user, size_t user_size,
    char *password, size_t password_size)
{
	const char *value = request_header(request, "authorization");
	char login[LOGIN_BYTES];
	bool is_good;
	size_t len;

	if (value == NULL || strncasecmp(value, "Basic ", 6) != 0)
		return false;
	value += 6 + strspn(value + 6, " ");
	is_good = decode_base64(value, login, sizeof(login), &len) &&
	    !has_control(login, len) &&
	    split_login(login, user, user_size, password, password_size);
	explicit_bzero(login, sizeof(login));
	return is_good;
}
