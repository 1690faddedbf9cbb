/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a message: the request or status line and the fields, as slices of the buffer
 * that it was read into, and what the judges (request_judge.h, response_judge.h) made of it.
 * Embedded in its exchange; nothing here is allocated.
 */
#ifndef FAIRLEAD_HTTP_HEAD_H
#define FAIRLEAD_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* limits.fields cannot be set higher. */
#define HTTP_FIELDS_MAX 256

enum http_field_id {
    HTTP_FIELD_OTHER,

#define HTTP_FIELD(id, name, class) HTTP_FIELD_##id,
#include "http/fields.def"
#undef HTTP_FIELD
    HTTP_FIELD_ID_COUNT
};

_Static_assert(HTTP_FIELD_ID_COUNT <= 32, "http_head.known has a bit for each");

enum http_field_class { HTTP_END_TO_END, HTTP_HOP_BY_HOP, HTTP_FRAMING, HTTP_MANAGED };

enum http_refusal {

#define HTTP_REFUSAL(id, status, end, text) HTTP_REFUSAL_##id,
#include "http/refusals.def"
#undef HTTP_REFUSAL
    HTTP_REFUSAL_COUNT
};

enum desync_reason {

#define DESYNC_REASON(id, name, class) DESYNC_REASON_##id,
#include "http/desync_reasons.def"
#undef DESYNC_REASON
    DESYNC_REASON_COUNT
};

enum desync_class { DESYNC_COMPLIANT, DESYNC_ACCEPTABLE, DESYNC_AMBIGUOUS, DESYNC_SEVERE };

/* How a message's end is found (RFC 9112 6.3). */
enum http_framing {
    HTTP_BODY_NONE,
    HTTP_BODY_LENGTH,
    HTTP_BODY_CHUNKED,
    HTTP_BODY_UNTIL_CLOSE
};

struct http_field {
    struct slice name;
    struct slice value; /* trimmed */
    enum http_field_id id;
    bool is_dropped; /* not forwarded: hop-by-hop, named by Connection, or an invalid name */
};

struct http_head {
    struct slice method;   /* requests */
    struct slice target;   /* requests: as received */
    struct slice reason;   /* responses: phrase */
    unsigned status;       /* responses */
    uint8_t minor_version; /* HTTP/1.x; 0 also while has_version is not set */
    bool has_version;      /* the start line was read so far */
    /* Set by the judges: */
    bool keep_alive;      /* the sender lets the connection go on */
    bool wants_continue;  /* Expect: 100-continue from an HTTP/1.1 client */
    bool wants_upgrade;   /* Connection: upgrade and Upgrade present */
    bool close_after;     /* ambiguous: neither connection may be reused */
    bool end_is_doubtful; /* responses: a careless target sends a body that must not be */
    bool has_dropped;     /* requests: fields were dropped because of their names */
    enum http_framing framing;
    uint64_t content_length; /* framing LENGTH; also of an answer to HEAD, where known */
    bool has_content_length;
    struct slice host; /* requests: Host or the authority of absolute-form, port included */
    struct slice host_name;        /* the same without port */
    struct slice path;             /* requests: from '/' up to '?' (or "*") */
    struct slice query;            /* behind '?'; at NULL: there is no '?' */
    struct slice upgrade;          /* value of Upgrade */
    uint32_t keep_alive_timeout_s; /* responses: Keep-Alive: timeout=, 0: not said */
    enum desync_reason desync;     /* the worst finding */
    uint32_t known;                /* bit id: there is a field of it */
    size_t field_count;
    size_t bytes; /* of the whole head as received */
    struct http_field fields[HTTP_FIELDS_MAX];
};

/* Clears everything but the fields' array, which field_count guards. */
void http_head_reset(struct http_head *head);

/* Moves every slice after the buffer that they point into has moved. */
void http_head_rebase(struct http_head *head, const char *old_start, const char *new_start);

/* Paths that no buffer holds: of "http://host" and, for OPTIONS, of the server itself. */
extern const struct slice http_path_root, http_path_asterisk;

/* Notes a finding; the one of the worst class stays. */
void http_head_note(struct http_head *head, enum desync_reason reason);

/* Tells a field's id by its name, and remembers that the head has one. */
void http_head_identify(struct http_head *head, struct http_field *field);

/* From the field with this index on, or NULL. */
const struct http_field *http_head_find_from(const struct http_head *head, size_t start,
                                             enum http_field_id id);

/* The first field of that id, or NULL; and the next one after it. Most are asked for in vain.
 */
static inline const struct http_field *
http_head_find(const struct http_head *head, enum http_field_id id)
{
    return (head->known >> id & 1) == 0 ? NULL : http_head_find_from(head, 0, id);
}

const struct http_field *http_head_find_next(const struct http_head *head,
                                             const struct http_field *after);

/* The next value of a field by its name, from the field *place (0 for the first) on, which then
 * says where to go on; false when there is no other. */
bool http_head_next_value(const struct http_head *head, struct slice name, size_t *place,
                          struct slice *value);

/* Whether it begins so, in any case, with _ where - is known: what CGI makes of both is the
 * same. */
bool http_name_is_like(struct slice name, struct slice known);

/* HTTP_FIELD_OTHER for all but the names of fields.def, which are tokens. */
enum http_field_id http_field_find(struct slice name);
enum http_field_class http_field_class(enum http_field_id id);
unsigned http_refusal_status(enum http_refusal refusal);
const char *http_refusal_text(enum http_refusal refusal);
const char *desync_reason_name(enum desync_reason reason);
enum desync_class desync_reason_class(enum desync_reason reason);
const char *
desync_class_name(enum desync_class class_of_reason); /* "Ambiguous"; "" for compliant */

#endif
