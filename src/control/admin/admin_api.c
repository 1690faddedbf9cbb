/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A door onto messages: a call is a page that is read, an answer one that is written. What a
 * signed call asks for stands in its canonical request and nowhere else.
 */
#include "control/admin/admin_api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_audit.h"
#include "control/admin/admin_call.h"
#include "control/admin/call_line.h"
#include "control/keys/kept_answers.h"
#include "control/keys/key_rates.h"
#include "control/keys/verifier.h"
#include "ipc/api_call.h"
#include "ipc/api_content.h"
#include "ipc/page.h"
#include "model/target_address.h"
#include "wire/percent.h"
#include "wire/shape.h"

/* Of which the api role has at most half in flight; the rest may still be at work on calls that
 * it does not wait for any more. */
#define CALLS_MAX 128
#define PARAMETERS_MAX 64
/* Of control's time: for calls that anybody may make, and for those that are signed. */
#define OPEN_PERCENT 25
#define SIGNED_PERCENT 50
/* Of a stream, what is sent at once, and how long it waits for more. */
#define GATHERED_MAX (256 * 1024)
#define GATHER_MS 1
#define FIRST_REFUSAL 400
#define FIRST_FAILURE 500
/* Who asks where the role does, for what it tells everybody that may look. */
#define OWN_CLIENT "api"
#define UNIX_CLIENT "unix"

/* A call; the request comes first, so that it is the call. */
struct api_request {
    struct admin_request request;
    struct admin_api *api;
    uint64_t id;
    bool is_dropped; /* its answer has no reader */
    bool is_stream;
    uint32_t content;        /* of the stream */
    struct text gathered;    /* of the stream, not sent yet */
    struct timer send_timer; /* of that */
    struct call_place place; /* before it is served */
    struct api_call call;
    bool is_signed;
    struct signed_call signed_call; /* without a signature only its parameters */
    char *method, *path;
    struct slice query;
    char *key_name; /* of who makes a change; NULL: it is none */
    char *what;     /* the change in words; NULL: path and body tell */
    uint64_t kept;  /* where its answer is kept; 0: nowhere */
    LIST_ENTRY(api_request) link;
};

struct admin_api {
    struct admin_api_parts parts;
    struct verifier *verifier;
    bool has_anonymous_reads;
    struct key_rates *rates;   /* of calls of AWS's APIs */
    struct kept_answers *kept; /* of those that change something */
    LIST_HEAD(, api_request) calls;
    unsigned count;
    struct call_line open_line, signed_line;
};

static struct api_request *
call_of(struct admin_request *request)
{
    return (struct api_request *)(void *)request;
}

static void
free_call(void *object)
{
    struct api_request *call = object;

    form_clear(&call->signed_call.parameters);
    free(call->gathered.at);
    free(call->method);
    free(call->path);
    free(call->key_name);
    free(call->what);
    api_call_clear(&call->call);
    free(call);
}

static void
end(struct api_request *call)
{
    LIST_REMOVE(call, link);
    call->api->count--;
    if (call->kept != 0)
        kept_answers_drop(call->api->kept, call->kept);
    timer_close(&call->send_timer, call->api->parts.loop);
    loop_free_later(call->api->parts.loop, call, free_call);
}

static void
send_piece(const struct api_request *call, int status, struct slice body, bool is_last)
{
    const struct message_api_answer answer = {.call_id = call->id,
                                              .status = (uint32_t)status,
                                              .content = call->content,
                                              .is_last = is_last};
    int fd = call->is_dropped ? -1 : page_create(body);

    if (fd != -1) {
        children_answer_api(call->api->parts.children, &answer, fd);
        close(fd);
    } else if (!call->is_dropped) {
        log_error("no memory for an answer to the api role: %s", strerror(errno));
    }
}

static void
refuse_fault(struct admin_request *request, enum sigv4_fault fault)
{
    const struct sigv4_fault_row *row = sigv4_fault_row(fault);

    admin_refuse(request, row->status, row->code, "%s", row->message);
}

/* Whether it came from this machine, as far as the role tells. */
static bool
is_near(struct slice client)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address address;

    snprintf(text, sizeof(text), "%.*s", SLICE_PRINT(client));
    return slice_equal(client, SLICE_LITERAL(UNIX_CLIENT)) ||
           (address_parse(&address, text, 0) && target_address_is_loopback(&address));
}

static enum sigv4_fault
check_unsigned(const struct api_request *call, enum admin_access access)
{
    struct slice client = call->call.client;
    bool may_read = slice_equal(client, SLICE_LITERAL(OWN_CLIENT)) ||
                    (call->api->has_anonymous_reads && is_near(client));

    return access == ADMIN_READ && may_read ? SIGV4_SOUND : SIGV4_UNSIGNED;
}

static enum sigv4_fault
check_signed(struct api_request *call, enum admin_access access)
{
    const struct verifier_rules rules = {
        .service = SLICE_LITERAL("fairlead"),
        .is_change = access == ADMIN_CHANGE,
        .needs_nonce = true,
    };
    const struct access_key *key;
    enum sigv4_fault fault =
        verifier_check(call->api->verifier, &call->signed_call, &rules, &key);

    if (fault != SIGV4_SOUND)
        return fault;
    call->request.caller = key;
    if (rules.is_change)
        call->key_name = memory_copy_text(key->name);
    return SIGV4_SOUND;
}

static bool
admit(struct admin_request *request, enum admin_access access)
{
    struct api_request *call = call_of(request);

    if (access == ADMIN_WIRE)
        return true;
    if (access == ADMIN_LOCAL) {
        admin_refuse(request, 403, "AccessDenied", "%s is for the admin socket only",
                     request->path);
        return false;
    }
    enum sigv4_fault fault =
        call->is_signed ? check_signed(call, access) : check_unsigned(call, access);
    if (fault != SIGV4_SOUND)
        refuse_fault(request, fault);
    return fault == SIGV4_SOUND;
}

/* What a JSON call asks for. Of a signed one what is not signed counts for nothing. */
static struct slice
target_of(const struct api_request *call)
{
    struct slice target = call->call.target;

    if (call->is_signed)
        return canonical_request_field(&call->signed_call.request,
                                       SLICE_LITERAL("x-amz-target"), &target)
                   ? target
                   : SLICE_NONE;
    return target.length == 0 ? SLICE_NONE : target;
}

/* By a key, for a service whose name the scope has; the handler looks whether it is the call's.
 */
static enum sigv4_fault
check_proof(struct api_request *call, struct admin_proof *proof)
{
    const struct authorization *authorization = &call->signed_call.authorization;
    const struct verifier_rules rules = {.service = authorization->service};

    proof->target = target_of(call);
    if (!call->is_signed)
        return check_unsigned(call, ADMIN_READ);
    if (!wire_service_is_signed_for(authorization->service))
        return SIGV4_OTHER_SERVICE;
    proof->service = authorization->service;
    proof->region = authorization->region;
    return verifier_check(call->api->verifier, &call->signed_call, &rules,
                          &call->request.caller);
}

/* Only who has proved to hold a key spends its share. */
static enum sigv4_fault
prove(struct admin_request *request, struct admin_proof *proof)
{
    struct api_request *call = call_of(request);
    enum sigv4_fault fault = check_proof(call, proof);

    if (fault != SIGV4_SOUND)
        return fault;
    const char *key_id = request->caller == NULL ? NULL : request->caller->id;
    return key_rates_take(call->api->rates, key_id) ? SIGV4_SOUND : SIGV4_TOO_FAST;
}

/* A client without invocation ids that sends the same signature means the same call. */
static struct kept_call
kept_call_of(const struct api_request *call)
{
    struct slice invocation_id = call->call.invocation_id;

    return (struct kept_call){
        .key_id = slice_of(call->request.caller->id),
        .id = invocation_id.length > 0 ? invocation_id
                                       : call->signed_call.authorization.signature,
        .target = target_of(call),
        .body = call->call.body,
    };
}

static void
answer_again(struct api_request *call, const struct kept_answer_text *text)
{
    call->content = text->content;
    send_piece(call, text->status, text->text, true);
    end(call);
}

/* What a client tries again has been made, or is being made; what somebody else has kept of a
 * call is a repetition. */
static enum sigv4_fault
prove_change(struct admin_request *request, const char *what, bool *is_answered)
{
    struct api_request *call = call_of(request);

    if (request->caller == NULL)
        return SIGV4_UNSIGNED;
    if (request->caller->is_read_only)
        return SIGV4_READ_ONLY;
    const struct kept_call kept_call = kept_call_of(call);
    const struct kept_answer *answer = kept_answers_find(call->api->kept, &kept_call);
    if (answer != NULL) {
        const struct kept_answer_text *text = kept_answer_text(answer);
        *is_answered = text != NULL;
        if (text == NULL)
            return SIGV4_BEING_MADE;
        answer_again(call, text);
        return SIGV4_SOUND;
    }
    enum sigv4_fault fault =
        verifier_note_change(call->api->verifier, &call->signed_call, request->caller);
    if (fault != SIGV4_SOUND)
        return fault;
    call->kept = kept_answers_begin(call->api->kept, &kept_call);
    call->key_name = memory_copy_text(request->caller->name);
    call->what = memory_copy_text(what);
    return SIGV4_SOUND;
}

static const char *
parameter_at(const struct admin_request *request, const char *name, size_t n)
{
    const struct api_request *call = (const struct api_request *)(const void *)request;

    return form_value(&call->signed_call.parameters, name, n);
}

static struct slice
query(const struct admin_request *request)
{
    return ((const struct api_request *)(const void *)request)->query;
}

static struct slice
body(const struct admin_request *request)
{
    return ((const struct api_request *)(const void *)request)->call.body;
}

/* What was changed, or was not, by whom. */
static void
note_change(const struct api_request *call, int status)
{
    if (call->key_name == NULL)
        return;
    char *what = call->what != NULL ? memory_copy_text(call->what)
                                    : admin_audit_text(call->path, call->call.body);
    if (status < FIRST_REFUSAL)
        event_log_add(call->api->parts.events, EVENT_KEY_USED, call->key_name, "%s, from %.*s",
                      what, SLICE_PRINT(call->call.client));
    else
        event_log_add(call->api->parts.events, EVENT_KEY_USED, call->key_name,
                      "%s, from %.*s: refused with %d", what, SLICE_PRINT(call->call.client),
                      status);
    free(what);
}

/* What failed through no fault of the call is tried anew when it comes again. */
static void
keep_answer(struct api_request *call, int status, struct slice text)
{
    if (call->kept == 0 || status >= FIRST_FAILURE)
        return;
    kept_answers_finish(call->api->kept, call->kept,
                        &(struct kept_answer_text){status, call->content, text});
    call->kept = 0;
}

static void
reply(struct admin_request *request, int status, const char *content_type, struct slice text)
{
    struct api_request *call = call_of(request);

    note_change(call, status);
    call->content = api_content_find(content_type);
    keep_answer(call, status, text);
    send_piece(call, status, text, true);
    end(call);
}

static void
stream_begin(struct admin_request *request, const char *content_type)
{
    struct api_request *call = call_of(request);

    note_change(call, 200);
    call->content = api_content_find(content_type);
    call->is_stream = true;
    send_piece(call, 200, SLICE_LITERAL(""), false);
}

static void
send_gathered(struct api_request *call, bool is_last)
{
    timer_stop(&call->send_timer);
    send_piece(call, 200, text_slice(&call->gathered), is_last);
    call->gathered.length = 0;
}

static void
on_send_time(void *argument)
{
    send_gathered(argument, false);
}

/* Many lines that come at once are one message. */
static void
stream_add(struct admin_request *request, struct slice bytes)
{
    struct api_request *call = call_of(request);
    struct text *text = &call->gathered;

    if (text->capacity - text->length < bytes.length) {
        text->capacity = 2 * (text->length + bytes.length);
        text->at = memory_resize(text->at, text->capacity, 1);
    }
    text_add_slice(text, bytes);
    if (text->length >= GATHERED_MAX)
        send_gathered(call, false);
    else if (!timer_is_set(&call->send_timer))
        timer_set(&call->send_timer, call->api->parts.loop, GATHER_MS);
}

static void
stream_end(struct admin_request *request)
{
    send_gathered(call_of(request), true);
    end(call_of(request));
}

static const struct admin_door door = {
    admit, prove, prove_change, parameter_at, query,
    body,  reply, stream_begin, stream_add,   stream_end,
};

/* False after a refusal. */
static bool
read_query(struct api_request *call, struct slice text)
{
    const char *error;

    call->query = text;
    if (form_read(&call->signed_call.parameters, text, PARAMETERS_MAX, &error))
        return true;
    admin_refuse(&call->request, 400, "ValidationError", "the query %s", error);
    return false;
}

/* "GET /v1/rules?listener=web"; false after a refusal. */
static bool
read_line(struct api_request *call)
{
    struct slice target = call->call.request_line;
    struct slice method;

    if (!slice_next(&target, ' ', &method) || target.length == 0 || target.at[0] != '/') {
        admin_refuse(&call->request, 400, "BadRequest", "the request line cannot be read");
        return false;
    }
    size_t mark = slice_find(target, '?');
    size_t start = mark < target.length ? mark + 1 : mark;
    call->method = memory_copy_bytes(method.at, method.length);
    call->path = memory_take(mark + 1, 1);
    percent_decode(call->path, slice_make(target.at, mark), false);
    return read_query(call, slice_make(target.at + start, target.length - start));
}

/* The same from what was signed. */
static bool
read_signed(struct api_request *call)
{
    struct signed_call *signed_call = &call->signed_call;
    const struct canonical_request *request = &signed_call->request;
    enum sigv4_fault fault =
        verifier_read(signed_call, call->call.canonical_request, call->call.authorization);

    if (fault == SIGV4_SOUND) {
        call->method = memory_copy_bytes(request->method.at, request->method.length);
        call->path = canonical_request_path(request);
    }
    if (call->path == NULL) {
        refuse_fault(&call->request, fault == SIGV4_SOUND ? SIGV4_NOT_CANONICAL : fault);
        return false;
    }
    signed_call->body = call->call.body;
    signed_call->client = call->call.client;
    signed_call->invocation_id = call->call.invocation_id;
    return read_query(call, request->query);
}

static void
serve(void *argument, struct call_place *place)
{
    struct api_request *call =
        (struct api_request *)(void *)((char *)place - offsetof(struct api_request, place));

    (void)argument;
    call->request.method = call->request.path = "";
    if (!(call->is_signed ? read_signed(call) : read_line(call)))
        return;
    call->request.method = call->method;
    call->request.path = call->path;
    call->api->parts.on_request(&call->request, call->api->parts.argument);
}

struct admin_api *
admin_api_new(const struct admin_api_parts *parts)
{
    struct admin_api *api = memory_take(1, sizeof(*api));

    api->parts = *parts;
    api->verifier = verifier_new(parts->keys, parts->key_uses, parts->events);
    api->rates = key_rates_new();
    api->kept = kept_answers_new();
    LIST_INIT(&api->calls);
    call_line_open(&api->open_line, parts->loop, OPEN_PERCENT, serve, api);
    call_line_open(&api->signed_line, parts->loop, SIGNED_PERCENT, serve, api);
    return api;
}

void
admin_api_set_anonymous_reads(struct admin_api *api, bool has_anonymous_reads)
{
    api->has_anonymous_reads = has_anonymous_reads;
}

void
admin_api_set_rate(struct admin_api *api, unsigned calls_per_second)
{
    key_rates_set(api->rates, calls_per_second);
}

void
admin_api_free(struct admin_api **api)
{
    struct api_request *call;

    if (*api == NULL)
        return;
    admin_api_drop_all(*api);
    while ((call = LIST_FIRST(&(*api)->calls)) != NULL)
        end(call);
    call_line_close(&(*api)->open_line);
    call_line_close(&(*api)->signed_line);
    verifier_free(&(*api)->verifier);
    key_rates_free(&(*api)->rates);
    kept_answers_free(&(*api)->kept);
    free(*api);
    *api = NULL;
}

static struct call_line *
line_of(struct api_request *call)
{
    return call->is_signed ? &call->api->signed_line : &call->api->open_line;
}

bool
admin_api_take(struct admin_api *api, uint64_t call_id, int fd)
{
    struct api_request *call = memory_take(1, sizeof(*call));
    bool is_within = api->count < CALLS_MAX;
    const char *error = "there are too many";
    bool is_read = is_within && api_call_read(fd, &call->call, &error);

    channel_drop_fd(fd);
    if (!is_read) {
        log_warning("a call of the api role is refused: %s", error);
        free(call);
        return false;
    }
    call->request.door = &door;
    call->api = api;
    call->id = call_id;
    call->is_signed = call->call.authorization.length > 0;
    timer_init(&call->send_timer, on_send_time, call);
    LIST_INSERT_HEAD(&api->calls, call, link);
    api->count++;
    call_line_add(line_of(call), &call->place);
    return true;
}

/* An answer that is not there yet has no reader; a stream ends, and so does what waits. */
static void
drop(struct api_request *call)
{
    bool is_waiting = call->place.is_waiting;

    call->is_dropped = true;
    call_line_leave(line_of(call), &call->place);
    if (call->is_stream)
        call->request.on_gone(call->request.on_gone_argument);
    if (call->is_stream || is_waiting)
        end(call);
}

void
admin_api_drop(struct admin_api *api, uint64_t call_id)
{
    struct api_request *call;

    LIST_FOREACH (call, &api->calls, link) {
        if (call->id == call_id && !call->is_dropped) {
            drop(call);
            return;
        }
    }
}

void
admin_api_drop_all(struct admin_api *api)
{
    struct api_request *call, *next;

    for (call = LIST_FIRST(&api->calls); call != NULL; call = next) {
        next = LIST_NEXT(call, link);
        if (!call->is_dropped)
            drop(call);
    }
}

void
admin_api_end_streams(struct admin_api *api, struct slice last)
{
    struct api_request *call, *next;

    for (call = LIST_FIRST(&api->calls); call != NULL; call = next) {
        next = LIST_NEXT(call, link);
        if (!call->is_stream)
            continue;
        call->request.on_gone(call->request.on_gone_argument);
        stream_add(&call->request, last);
        stream_end(&call->request);
    }
}
