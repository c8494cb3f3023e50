/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "letters/openpgp.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "base/text.h"
#include "letters/packets.h"

#include <errno.h>
#include <fcntl.h>
#include <gpgme.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_NAME    "gpg.conf"
#define CONF_NEW     "gpg.conf.new%d" /* of each thread its own */
#define REASON_BYTES 128

/* No agent and no network, whatever a key or a message asks for. Only one
 * thread writes the keys, and a lock that a kill left behind would hold it up.
 */
static const char gpg_conf[] = "no-autostart\n"
			       "disable-dirmngr\n"
			       "no-auto-key-retrieve\n"
			       "no-auto-key-locate\n"
			       "no-auto-check-trustdb\n"
			       "lock-never\n"
			       "no-encrypt-to\n";

struct openpgp {
	gpgme_ctx_t context;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_usable;

static void
start_library(void)
{
	is_usable = gpgme_check_version("1.18.0") != NULL &&
	    gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP) == 0;
}

static bool
fail_gpg(char **error, const char *what, gpgme_error_t why)
{
	char reason[REASON_BYTES] = "";

	gpgme_strerror_r(why, reason, sizeof(reason));
	return sentence(error, "%s: %s", what, reason);
}

static bool
write_conf(int dir)
{
	size_t len = sizeof(gpg_conf) - 1, had_len, written;
	char *had = file_read_all(dir, CONF_NAME, sizeof(gpg_conf), &had_len);
	bool is_same = had != NULL && strcmp(had, gpg_conf) == 0;
	char fresh[32];
	bool is_done;
	int fd;

	free(had);
	if (is_same)
		return true;
	snprintf(fresh, sizeof(fresh), CONF_NEW, (int)gettid());
	fd = file_open_at(
	    dir, fresh, O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR);
	if (fd == -1)
		return false;
	is_done = file_write(fd, gpg_conf, len, &written);
	close(fd);
	/* gpg of another thread never sees half of it. */
	return is_done && renameat(dir, fresh, dir, CONF_NAME) == 0;
}

/* gpg refuses nothing for it, but who can write there decides whose keys are
 * whose. */
static bool
prepare_folder(const char *folder, char **error)
{
	struct stat facts;
	bool is_ours;
	int dir;

	if (mkdir(folder, S_IRWXU) == -1 && errno != EEXIST)
		return sentence(error, "%s: %s", folder, strerror(errno));
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1)
		return sentence(error, "%s: %s", folder, strerror(errno));
	is_ours = fstat(dir, &facts) == 0 && facts.st_uid == geteuid();
	if (!is_ours)
		sentence(error, "%s: belongs to another user", folder);
	else if (fchmod(dir, S_IRWXU) == -1 || !write_conf(dir))
		is_ours = sentence(error, "%s: %s", folder, strerror(errno));
	close(dir);
	return is_ours;
}

static gpgme_error_t
set_up(gpgme_ctx_t context, const char *folder)
{
	gpgme_error_t why = gpgme_set_protocol(context, GPGME_PROTOCOL_OpenPGP);

	if (why == 0)
		why = gpgme_ctx_set_engine_info(
		    context, GPGME_PROTOCOL_OpenPGP, NULL, folder);
	gpgme_set_armor(context, 1);
	gpgme_set_offline(context, 1);
	return why;
}

/* gpg makes what it wants to find there the first time it lists keys, but not
 * when it only looks at one. */
static gpgme_error_t
list_once(gpgme_ctx_t context)
{
	gpgme_error_t why = gpgme_op_keylist_start(context, NULL, 0);
	gpgme_key_t key;

	while (why == 0 && (why = gpgme_op_keylist_next(context, &key)) == 0)
		gpgme_key_unref(key);
	gpgme_op_keylist_end(context);
	return gpgme_err_code(why) == GPG_ERR_EOF ? 0 : why;
}

struct openpgp *
openpgp_open(const char *folder, char **error)
{
	struct openpgp *openpgp;
	gpgme_ctx_t context;
	gpgme_error_t why;

	pthread_once(&once, start_library);
	if (!is_usable) {
		sentence(error, "gpg cannot be run: is gnupg installed?");
		return NULL;
	}
	if (!prepare_folder(folder, error))
		return NULL;
	why = gpgme_new(&context);
	if (why == 0) {
		why = set_up(context, folder);
		if (why == 0)
			why = list_once(context);
		if (why != 0)
			gpgme_release(context);
	}
	if (why != 0) {
		fail_gpg(error, "gpg cannot be used", why);
		return NULL;
	}
	openpgp = mem_new(sizeof(*openpgp));
	openpgp->context = context;
	return openpgp;
}

void
openpgp_close(struct openpgp *openpgp)
{
	if (openpgp == NULL)
		return;
	gpgme_release(openpgp->context);
	free(openpgp);
}

static gpgme_data_t
data_of(const char *text)
{
	gpgme_data_t data;

	CHECK(gpgme_data_new_from_mem(&data, text, strlen(text), 0) == 0);
	return data;
}

static gpgme_data_t
data_of_bytes(const struct bytes *bytes)
{
	gpgme_data_t data;

	CHECK(gpgme_data_new_from_mem(
		  &data, (const char *)bytes->data, bytes->len, 0) == 0);
	return data;
}

/* What gpg writes, up to a limit: a small message may unpack to a huge one. */
struct taken {
	struct bytes bytes;
	size_t limit;
	bool is_over;
};

static ssize_t
take_bytes(void *handle, const void *bytes, size_t len)
{
	struct taken *taken = handle;

	if (len > taken->limit - taken->bytes.len) {
		taken->is_over = true;
		errno = EFBIG;
		return -1;
	}
	bytes_append(&taken->bytes, bytes, len);
	return (ssize_t)len;
}

static gpgme_data_t
data_into(struct taken *taken)
{
	static struct gpgme_data_cbs calls = { .write = take_bytes };
	gpgme_data_t data;

	CHECK(gpgme_data_new_from_cbs(&data, &calls, taken) == 0);
	return data;
}

/* Lines that begin so. */
static unsigned
lines_with(const char *text, const char *start)
{
	unsigned count = 0;
	const char *at = text;

	while ((at = strstr(at, start)) != NULL) {
		count += at == text || at[-1] == '\n';
		at += strlen(start);
	}
	return count;
}

/* NULL: a key that mail can be encrypted to. */
static const char *
key_objection(const struct _gpgme_key *key)
{
	if (key->secret)
		return "this is a secret key: keep it to yourself, and send "
		       "the public one";
	if (key->revoked)
		return "the key is revoked";
	if (key->expired)
		return "the key is expired";
	if (key->invalid || key->disabled || key->fpr == NULL ||
	    strlen(key->fpr) >= OPENPGP_FINGERPRINT_BYTES)
		return "the key cannot be used";
	if (!key->can_encrypt)
		return "the key cannot encrypt";
	return NULL;
}

/* Only looks: a key that is refused never comes into the folder. *found: to be
 * unreferenced. */
static bool
look_at_key(struct openpgp *openpgp, const struct bytes *packets,
    gpgme_key_t *found, char **error)
{
	gpgme_data_t data = data_of_bytes(packets);
	const char *objection = NULL;
	unsigned count = 0;
	gpgme_key_t key;
	gpgme_error_t why = gpgme_op_keylist_from_data_start(
	    openpgp->context, data, 0);

	*found = NULL;
	while (why == 0 &&
	    (why = gpgme_op_keylist_next(openpgp->context, &key)) == 0) {
		if (objection == NULL)
			objection = key_objection(key);
		if (objection == NULL && ++count == 1)
			*found = key;
		else
			gpgme_key_unref(key);
	}
	gpgme_op_keylist_end(openpgp->context);
	gpgme_data_release(data);
	if (objection != NULL)
		return sentence(error, "%s", objection);
	if (gpgme_err_code(why) != GPG_ERR_EOF)
		return fail_gpg(error, "the key cannot be read", why);
	if (count == 0)
		return sentence(error, "there is no OpenPGP public key in it");
	return count == 1 ||
	    sentence(error, "there is more than one key in it");
}

/* gpg finds a key by the fingerprints of its parts too. So whoever binds
 * another's key to its own as a part could make that one be found no more. */
static bool
has_own_parts(struct openpgp *openpgp, gpgme_key_t key, char **error)
{
	gpgme_key_t known;
	gpgme_error_t why;
	bool is_own;

	for (gpgme_subkey_t part = key->subkeys; part != NULL;
	     part = part->next) {
		why = gpgme_get_key(openpgp->context, part->fpr, &known, 0);
		if (gpgme_err_code(why) == GPG_ERR_EOF)
			continue;
		is_own = why == 0 && known->fpr != NULL &&
		    strcmp(known->fpr, key->fpr) == 0;
		if (why == 0)
			gpgme_key_unref(known);
		if (!is_own)
			return sentence(error,
			    "its part %s is of another key that is here",
			    part->fpr);
	}
	return true;
}

static bool
find_key(struct openpgp *openpgp, const char *fingerprint, gpgme_key_t *key,
    char **error)
{
	gpgme_error_t why = gpgme_get_key(
	    openpgp->context, fingerprint, key, 0);

	if (gpgme_err_code(why) == GPG_ERR_EOF)
		return sentence(error, "there is no key %s here", fingerprint);
	return why == 0 || fail_gpg(error, "the key cannot be read", why);
}

/* As it is now, with what was known of it before: a revocation stays. */
static bool
find_good_key(struct openpgp *openpgp, const char *fingerprint,
    gpgme_key_t *key, char **error)
{
	const char *objection;

	if (!find_key(openpgp, fingerprint, key, error))
		return false;
	objection = key_objection(*key);
	if (objection == NULL && strcmp((*key)->fpr, fingerprint) != 0)
		objection = "that is not the primary key's fingerprint";
	if (objection == NULL)
		return true;
	gpgme_key_unref(*key);
	return sentence(error, "%s", objection);
}

static bool
import_key(struct openpgp *openpgp, const struct bytes *packets,
    const char *fingerprint, char **error)
{
	gpgme_data_t data = data_of_bytes(packets);
	gpgme_error_t why = gpgme_op_import(openpgp->context, data);
	gpgme_key_t key;

	gpgme_data_release(data);
	if (why != 0)
		return fail_gpg(error, "the key cannot be kept", why);
	if (!find_good_key(openpgp, fingerprint, &key, error))
		return false;
	gpgme_key_unref(key);
	return true;
}

bool
openpgp_add_key(struct openpgp *openpgp, const char *armored,
    char fingerprint[OPENPGP_FINGERPRINT_BYTES], char **error)
{
	struct bytes packets = { 0 };
	gpgme_key_t key = NULL;
	bool is_added;

	if (strlen(armored) > OPENPGP_MOST_KEY_BYTES)
		return sentence(error, "the key has more than %d KiB",
		    OPENPGP_MOST_KEY_BYTES / 1024);
	if (strstr(armored, "-----BEGIN PGP PRIVATE KEY") != NULL)
		return sentence(error,
		    "this is a secret key: keep it to yourself, and send the "
		    "public one");
	if (lines_with(armored, "-----BEGIN PGP PUBLIC KEY") == 0)
		return sentence(error, "there is no OpenPGP public key in it");
	is_added = packets_read(armored, PACKETS_KEY, &packets, error) &&
	    look_at_key(openpgp, &packets, &key, error) &&
	    has_own_parts(openpgp, key, error);
	if (is_added) {
		text_copy(fingerprint, OPENPGP_FINGERPRINT_BYTES, key->fpr);
		is_added = import_key(openpgp, &packets, fingerprint, error);
	}
	gpgme_key_unref(key);
	bytes_free(&packets);
	return is_added;
}

bool
openpgp_remove_key(
    struct openpgp *openpgp, const char *fingerprint, char **error)
{
	gpgme_key_t key;
	gpgme_error_t why = gpgme_get_key(
	    openpgp->context, fingerprint, &key, 0);

	if (gpgme_err_code(why) == GPG_ERR_EOF)
		return true;
	if (why == 0) {
		why = gpgme_op_delete_ext(
		    openpgp->context, key, GPGME_DELETE_FORCE);
		gpgme_key_unref(key);
	}
	return why == 0 || fail_gpg(error, "the key cannot be removed", why);
}

bool
openpgp_encrypt(struct openpgp *openpgp, const char *fingerprint,
    const char *text, struct bytes *armored, char **error)
{
	gpgme_encrypt_flags_t flags = GPGME_ENCRYPT_ALWAYS_TRUST |
	    GPGME_ENCRYPT_NO_ENCRYPT_TO;
	struct taken taken = { .limit = SIZE_MAX };
	gpgme_data_t plain, cipher;
	gpgme_key_t keys[2] = { NULL, NULL };
	gpgme_error_t why;

	if (!find_good_key(openpgp, fingerprint, &keys[0], error))
		return false;
	plain = data_of(text);
	cipher = data_into(&taken);
	why = gpgme_op_encrypt(openpgp->context, keys, flags, plain, cipher);
	gpgme_data_release(plain);
	gpgme_data_release(cipher);
	gpgme_key_unref(keys[0]);
	if (why == 0)
		bytes_append(armored, taken.bytes.data, taken.bytes.len);
	bytes_free(&taken.bytes);
	return why == 0 || fail_gpg(error, "gpg could not encrypt", why);
}

/* NULL: a good signature, by a method that is still worth something. */
static const char *
signature_objection(gpgme_signature_t signature)
{
	if (signature == NULL)
		return "the message is not signed";
	if (signature->next != NULL)
		return "the message has more than one signature";
	switch (gpgme_err_code(signature->status)) {
	case GPG_ERR_NO_ERROR:
		break;
	case GPG_ERR_NO_PUBKEY:
		return "the message is signed with a key that is not known "
		       "here";
	case GPG_ERR_KEY_EXPIRED:
		return "the key of the signature is expired";
	case GPG_ERR_CERT_REVOKED:
		return "the key of the signature is revoked";
	case GPG_ERR_SIG_EXPIRED:
		return "the signature is expired";
	default:
		return "the signature is not good: the text is not what was "
		       "signed";
	}
	if (signature->wrong_key_usage)
		return "the signature is by a key that is not for signing";
	if (signature->hash_algo == GPGME_MD_MD5 ||
	    signature->hash_algo == GPGME_MD_SHA1 ||
	    signature->hash_algo == GPGME_MD_RMD160)
		return "the signature is made with a digest that is broken, "
		       "sign with SHA-256 or better";
	return NULL;
}

/* A signature is by a subkey as often as not; who it is, says the primary. */
static bool
take_signer(struct openpgp *openpgp, gpgme_signature_t signature,
    struct openpgp_signed *out, char **error)
{
	const char *objection = NULL;
	gpgme_key_t key;

	if (!find_key(openpgp, signature->fpr, &key, error))
		return false;
	if (key->revoked)
		objection = "the key of the signature is revoked";
	else if (key->expired)
		objection = "the key of the signature is expired";
	else if (key->invalid || key->disabled || key->fpr == NULL ||
	    strlen(key->fpr) >= sizeof(out->fingerprint))
		objection = "the key of the signature cannot be used";
	else
		text_copy(out->fingerprint, sizeof(out->fingerprint), key->fpr);
	gpgme_key_unref(key);
	out->signed_ms = (int64_t)signature->timestamp * 1000;
	return objection == NULL || sentence(error, "%s", objection);
}

static bool
take_text(struct taken *taken, struct openpgp_signed *out, char **error)
{
	const char *text = (const char *)taken->bytes.data;
	size_t len = taken->bytes.len;

	if (len == 0)
		return sentence(error, "the signed text is empty");
	if (memchr(text, '\0', len) != NULL || !text_is_utf8(text, len))
		return sentence(error, "the signed text is not UTF-8");
	bytes_append(&taken->bytes, "", 1);
	out->text = mem_text((const char *)taken->bytes.data);
	return true;
}

static bool
check_message(struct openpgp *openpgp, const char *message, struct taken *taken,
    struct openpgp_signed *out, char **error)
{
	gpgme_data_t from = data_of(message), into = data_into(taken);
	gpgme_error_t why = gpgme_op_verify(openpgp->context, from, NULL, into);
	gpgme_verify_result_t result = gpgme_op_verify_result(openpgp->context);
	const char *objection;

	gpgme_data_release(from);
	gpgme_data_release(into);
	if (taken->is_over)
		return sentence(error, "the signed text has more than %d KiB",
		    OPENPGP_MOST_TEXT_BYTES / 1024);
	if (gpgme_err_code(why) == GPG_ERR_NO_DATA)
		return sentence(error, "the message is not signed");
	if (why != 0)
		return fail_gpg(error, "the message cannot be read", why);
	objection = signature_objection(
	    result != NULL ? result->signatures : NULL);
	if (objection != NULL)
		return sentence(error, "%s", objection);
	return take_signer(openpgp, result->signatures, out, error) &&
	    take_text(taken, out, error);
}

bool
openpgp_verify(struct openpgp *openpgp, const char *message,
    struct openpgp_signed *out, char **error)
{
	struct taken taken = { .limit = OPENPGP_MOST_TEXT_BYTES };
	struct bytes packets = { 0 };
	bool is_good;

	memset(out, 0, sizeof(*out));
	if (strlen(message) > (size_t)4 * OPENPGP_MOST_TEXT_BYTES)
		return sentence(error, "the message has more than %d KiB",
		    4 * OPENPGP_MOST_TEXT_BYTES / 1024);
	if (lines_with(message, "-----BEGIN PGP SIGNED MESSAGE") == 0)
		return sentence(
		    error, "there is no clear-signed OpenPGP message in it");
	if (lines_with(message, "-----BEGIN PGP") != 2)
		return sentence(error, "there is more than one message in it");
	is_good = packets_read(message, PACKETS_SIGNATURE, &packets, error) &&
	    check_message(openpgp, message, &taken, out, error);
	bytes_free(&packets);
	bytes_free(&taken.bytes);
	return is_good;
}
