/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * tls - what a listen block's certificate becomes.
 *
 * TLS 1.2 and 1.3 with forward secrecy and AEAD only, no renegotiation, no
 * compression, no early data, buffers released between records. Contexts are
 * counted by OpenSSL and may be used by any thread.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/check.h"

#include <stddef.h>

struct ssl_ctx_st;

/* NULL, and why in words, when the files do not fit. */
struct ssl_ctx_st *tls_context(const char *certificate, const char *key,
    char *why, size_t why_bytes) MUST_CHECK;

#endif
