/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi interface on the loop: curl says which descriptors and which time it waits
 * for, watches and one alarm tell it when they come. curl's own functions must not be called
 * from inside its callbacks, so sending and cancelling only note what is wanted; run_work does
 * it on the next turn. A request ends in on_done or in a cancel and is freed after that turn.
 */
#include "net/api_client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"

#define CLIENT_TAG 0x61706963
#define REQUEST_TAG 0x61706972

/* A collected body may not be longer; a list of ten thousand containers is about 20 MiB. */
#define BODY_MOST_BYTES ((size_t)64 * 1024 * 1024)
#define CONNECT_TIMEOUT_MS 5000L
#define CONNECTIONS_DEFAULT 16L
/* A half-open TCP stream is noticed after about 30 s: nothing else would tell (events carry no
 * heartbeat). */
#define KEEPALIVE_SECONDS 15L

enum request_state { REQUEST_NEW, REQUEST_SENT, REQUEST_CANCELLED };

/* Created by api_client_send, owned by its client's list, freed through loop_free_later. */
struct api_request {
    uint32_t tag;
    enum request_state state;
    struct api_client *client;
    TAILQ_ENTRY(api_request) entry;
    CURL *easy;
    struct curl_slist *fields;
    struct api_callbacks callbacks;
    void *argument;
    char *body; /* collected so far, unless streamed */
    size_t body_length, body_capacity;
    bool is_too_long;
    size_t most_bytes; /* of the body */
    char error[CURL_ERROR_SIZE];
};

/* One descriptor that curl waits for; lives from curl's first word about it to
 * CURL_POLL_REMOVE.
 */
struct api_socket {
    struct watch watch;
    struct api_client *client;
};

struct api_client {
    uint32_t tag;
    bool is_closed;
    struct loop *loop;
    CURLM *multi;
    char *base_url;
    char *unix_path; /* NULL: TCP */
    char *ca, *certificate, *key;
    const char *accept; /* NULL: anything */
    TAILQ_HEAD(api_request_list, api_request) requests;
    struct alarm_clock curl_alarm; /* curl's own timeouts */
    struct alarm_clock work_alarm; /* something was sent or cancelled */
};

static void
release_request(void *object)
{
    struct api_request *request = object;

    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->fields);
    free(request->body);
    free(request);
}

/* Outside of curl's callbacks only. */
static void
detach_request(struct api_request *request)
{
    struct api_client *client = request->client;

    TAILQ_REMOVE(&client->requests, request, entry);
    if (request->state != REQUEST_NEW)
        curl_multi_remove_handle(client->multi, request->easy);
    loop_free_later(client->loop, request, release_request);
}

/* Not while the connection was still being made. */
static bool
was_sent(const struct api_request *request)
{
    curl_off_t sent_us = 0;

    curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    return sent_us > 0;
}

static void
end_request(struct api_request *request, CURLcode result)
{
    struct api_answer answer = {0};
    bool is_cancelled = request->state == REQUEST_CANCELLED;

    if (result == CURLE_OK) {
        curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &answer.status);
        answer.body = request->callbacks.on_bytes != NULL ? NULL : request->body;
        answer.body_length = request->body_length;
        if (request->callbacks.on_bytes == NULL && answer.body == NULL)
            answer.body = "";
    } else {
        long os_error = 0;
        curl_easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &os_error);
        answer.os_error = result == CURLE_COULDNT_CONNECT ? (int)os_error : 0;
        answer.is_too_long = request->is_too_long;
        answer.is_late = result == CURLE_OPERATION_TIMEDOUT && was_sent(request);
        answer.error = request->is_too_long        ? "the answer is too long"
                       : request->error[0] != '\0' ? request->error
                                                   : curl_easy_strerror(result);
    }
    detach_request(request);
    if (!is_cancelled)
        request->callbacks.on_done(request->argument, &answer);
}

static void
take_results(struct api_client *client)
{
    CURLMsg *message;
    int left;

    while (!client->is_closed &&
           (message = curl_multi_info_read(client->multi, &left)) != NULL) {
        struct api_request *request = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
        CHECK_TAG(request, REQUEST_TAG);
        end_request(request, result);
    }
}

static void
run_curl(struct api_client *client, curl_socket_t fd, int what)
{
    int running;

    if (client->is_closed)
        return;
    CURLMcode result = curl_multi_socket_action(client->multi, fd, what, &running);
    CHECK(result == CURLM_OK);
    take_results(client);
}

static void
on_curl_alarm(void *argument)
{
    struct api_client *client = argument;

    CHECK_TAG(client, CLIENT_TAG);
    run_curl(client, CURL_SOCKET_TIMEOUT, 0);
}

static void
on_socket_ready(int fd, short what, void *argument)
{
    struct api_socket *socket = argument;
    int mask = 0;

    if (what & EV_READ)
        mask |= CURL_CSELECT_IN;
    if (what & EV_WRITE)
        mask |= CURL_CSELECT_OUT;
    run_curl(socket->client, fd, mask);
}

/* CURLMOPT_SOCKETFUNCTION */
static int
on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *argument, void *known)
{
    struct api_client *client = argument;
    struct api_socket *socket = known;

    (void)easy;
    if (socket != NULL)
        watch_close(&socket->watch);
    if (what == CURL_POLL_REMOVE) {
        curl_multi_assign(client->multi, fd, NULL);
        loop_free_later(client->loop, socket, NULL);
        return 0;
    }
    if (socket == NULL) {
        socket = memory_take(1, sizeof(*socket));
        socket->client = client;
        curl_multi_assign(client->multi, fd, socket);
    }
    int wanted =
        (what & CURL_POLL_IN ? WATCH_READ : 0) | (what & CURL_POLL_OUT ? WATCH_WRITE : 0);
    watch_open(&socket->watch, client->loop, fd, (enum watch_for)wanted, on_socket_ready,
               socket);
    return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int
on_curl_timer(CURLM *multi, long timeout_ms, void *argument)
{
    struct api_client *client = argument;

    (void)multi;
    if (timeout_ms < 0)
        alarm_clock_stop(&client->curl_alarm);
    else
        alarm_clock_set(&client->curl_alarm, (uint64_t)timeout_ms * 1000);
    return 0;
}

static void
run_work(void *argument)
{
    struct api_client *client = argument;
    struct api_request *request, *next;

    CHECK_TAG(client, CLIENT_TAG);
    for (request = TAILQ_FIRST(&client->requests); request != NULL; request = next) {
        next = TAILQ_NEXT(request, entry);
        if (request->state == REQUEST_CANCELLED)
            detach_request(request);
        if (request->state != REQUEST_NEW)
            continue;
        request->state = REQUEST_SENT;
        CURLMcode result = curl_multi_add_handle(client->multi, request->easy);
        CHECK(result == CURLM_OK);
    }
}

/* Splits an endpoint into a base URL and, for unix sockets, a path. */
static char *
read_endpoint(struct api_client *client, const struct api_endpoint *endpoint)
{
    struct slice whole = slice_of(endpoint->url);

    if (slice_starts_with(whole, SLICE_LITERAL("unix:///"))) {
        client->unix_path = memory_copy_text(endpoint->url + strlen("unix://"));
        client->base_url = memory_copy_text("http://localhost");
        return NULL;
    }
    struct slice scheme = SLICE_NONE;
    if (slice_starts_with(whole, SLICE_LITERAL("tcp://")))
        scheme = SLICE_LITERAL("tcp://");
    if (slice_starts_with(whole, SLICE_LITERAL("http://")))
        scheme = SLICE_LITERAL("http://");
    if (scheme.length == 0 || whole.length == scheme.length ||
        strchr(endpoint->url + scheme.length, '/') != NULL)
        return memory_print("endpoint \"%s\" is not of the form unix:///path, tcp://host:port "
                            "or http://host:port",
                            endpoint->url);
    client->base_url = memory_print("http%s://%s", endpoint->ca == NULL ? "" : "s",
                                    endpoint->url + scheme.length);
    return NULL;
}

struct api_client *
api_client_new(struct loop *loop, const struct api_endpoint *endpoint, char **error)
{
    static bool is_curl_ready;
    struct api_client *client = memory_take(1, sizeof(*client));

    *error = read_endpoint(client, endpoint);
    if (*error != NULL) {
        free(client);
        return NULL;
    }
    if (!is_curl_ready)
        CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    is_curl_ready = true;
    client->tag = CLIENT_TAG;
    client->ca = memory_copy_text(endpoint->ca);
    client->certificate = memory_copy_text(endpoint->certificate);
    client->key = memory_copy_text(endpoint->key);
    client->loop = loop;
    TAILQ_INIT(&client->requests);
    alarm_clock_open(&client->curl_alarm, loop, on_curl_alarm, client);
    alarm_clock_open(&client->work_alarm, loop, run_work, client);
    client->multi = curl_multi_init();
    CHECK(client->multi != NULL);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      endpoint->connections != 0 ? (long)endpoint->connections
                                                 : CONNECTIONS_DEFAULT);
    return client;
}

void
api_client_accept(struct api_client *client, const char *media_types)
{
    client->accept = media_types;
}

/* At the end of a turn, so never inside curl. */
static void
release_client(void *object)
{
    struct api_client *client = object;
    struct api_request *request;

    while ((request = TAILQ_FIRST(&client->requests)) != NULL)
        detach_request(request);
    /* Idle connections are closed here, which still calls on_curl_socket. */
    curl_multi_cleanup(client->multi);
    alarm_clock_close(&client->curl_alarm);
    alarm_clock_close(&client->work_alarm);
    free(client->base_url);
    free(client->unix_path);
    free(client->ca);
    free(client->certificate);
    free(client->key);
    free(client);
}

void
api_client_free(struct api_client **client)
{
    struct api_request *request;

    if (*client == NULL)
        return;
    CHECK_TAG(*client, CLIENT_TAG);
    (*client)->is_closed = true;
    TAILQ_FOREACH (request, &(*client)->requests, entry) {
        if (request->state == REQUEST_SENT)
            request->state = REQUEST_CANCELLED;
    }
    alarm_clock_stop(&(*client)->work_alarm);
    loop_free_later((*client)->loop, *client, release_client);
    *client = NULL;
}

/* CURLOPT_HEADERFUNCTION: one line at a time, the status line and the empty one too. */
static size_t
on_curl_field(char *line, size_t size, size_t count, void *argument)
{
    struct api_request *request = argument;
    struct slice value = slice_make(line, size * count);
    struct slice name;
    char lower[64];

    if (request->state == REQUEST_CANCELLED || request->callbacks.on_field == NULL)
        return size * count;
    while (value.length > 0 &&
           (value.at[value.length - 1] == '\n' || value.at[value.length - 1] == '\r'))
        value.length--;
    size_t colon = slice_find(value, ':');
    if (colon == value.length || colon >= sizeof(lower))
        return size * count;
    name = slice_make(value.at, colon);
    for (size_t i = 0; i < name.length; i++)
        lower[i] = slice_lower(name.at[i]);
    lower[name.length] = '\0';
    value = slice_trim(slice_make(value.at + colon + 1, value.length - colon - 1));
    char *text = memory_copy_bytes(value.at, value.length);
    request->callbacks.on_field(request->argument, lower, text);
    free(text);
    return size * count;
}

static bool
collect(struct api_request *request, const char *bytes, size_t length)
{
    size_t wanted = request->body_length + length + 1;

    if (wanted > request->most_bytes) {
        request->is_too_long = true;
        return false;
    }
    if (wanted > request->body_capacity) {
        request->body_capacity = wanted < 4096 ? 4096 : wanted * 2;
        request->body = memory_resize(request->body, request->body_capacity, 1);
    }
    memcpy(request->body + request->body_length, bytes, length);
    request->body_length += length;
    request->body[request->body_length] = '\0';
    return true;
}

/* CURLOPT_WRITEFUNCTION; another number than given fails the transfer. */
static size_t
on_curl_bytes(char *bytes, size_t size, size_t count, void *argument)
{
    struct api_request *request = argument;
    size_t length = size * count;

    if (request->state == REQUEST_CANCELLED)
        return length;
    if (request->callbacks.on_bytes == NULL)
        return collect(request, bytes, length) ? length : length + 1;
    request->callbacks.on_bytes(request->argument, bytes, length);
    return length;
}

static void
set_tls(struct api_request *request)
{
    const struct api_client *client = request->client;
    CURL *easy = request->easy;

    if (client->ca == NULL)
        return;
    curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* only that one */
    curl_easy_setopt(easy, CURLOPT_SSLCERT, client->certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, client->key);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
}

static void
set_transport(struct api_request *request, unsigned timeout_ms)
{
    CURL *easy = request->easy;

    if (request->client->unix_path != NULL)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->client->unix_path);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS / 3);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void
add_field(struct api_request *request, const char *name, const char *value)
{
    char *line = memory_print("%s: %s", name, value);

    request->fields = curl_slist_append(request->fields, line);
    free(line);
}

static void
set_method(struct api_request *request, const char *method, const char *json_body)
{
    CURL *easy = request->easy;

    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (strcmp(method, "POST") == 0 || json_body != NULL) {
        /* No "Expect: 100-continue": some engines let the request wait for its timeout. */
        request->fields = curl_slist_append(request->fields, "Expect:");
        request->fields = curl_slist_append(request->fields, "Content-Type: application/json");
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, json_body == NULL ? "" : json_body);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

struct api_request *
api_client_send(struct api_client *client, const struct api_call *call,
                const struct api_callbacks *callbacks, void *argument)
{
    struct api_request *request = memory_take(1, sizeof(*request));

    CHECK_TAG(client, CLIENT_TAG);
    CHECK(!client->is_closed);
    request->tag = REQUEST_TAG;
    request->client = client;
    request->callbacks = *callbacks;
    request->argument = argument;
    request->most_bytes = call->most_bytes != 0 ? call->most_bytes : BODY_MOST_BYTES;
    request->easy = curl_easy_init();
    CHECK(request->easy != NULL);
    char *url = memory_print("%s%s", client->base_url, call->path);
    curl_easy_setopt(request->easy, CURLOPT_URL, url);
    free(url);
    curl_easy_setopt(request->easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(request->easy, CURLOPT_ERRORBUFFER, request->error);
    curl_easy_setopt(request->easy, CURLOPT_HEADERFUNCTION, on_curl_field);
    curl_easy_setopt(request->easy, CURLOPT_HEADERDATA, request);
    curl_easy_setopt(request->easy, CURLOPT_WRITEFUNCTION, on_curl_bytes);
    curl_easy_setopt(request->easy, CURLOPT_WRITEDATA, request);
    set_transport(request, call->timeout_ms);
    set_tls(request);
    if (client->accept != NULL)
        add_field(request, "Accept", client->accept);
    set_method(request, call->method, call->json_body);
    curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->fields);
    TAILQ_INSERT_TAIL(&client->requests, request, entry);
    alarm_clock_set(&client->work_alarm, 0);
    return request;
}

long
api_request_status(const struct api_request *request)
{
    long status = 0;

    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

void
api_request_cancel(struct api_request **request)
{
    struct api_request *ended = *request;

    if (ended == NULL)
        return;
    CHECK_TAG(ended, REQUEST_TAG);
    *request = NULL;
    if (ended->state == REQUEST_NEW) {
        detach_request(ended);
        return;
    }
    ended->state = REQUEST_CANCELLED;
    if (!ended->client->is_closed)
        alarm_clock_set(&ended->client->work_alarm, 0);
}

char *
api_escape(const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char *escaped = memory_take(strlen(text) * 3 + 1, 1);
    char *at = escaped;

    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL) {
            *at++ = *text;
            continue;
        }
        *at++ = '%';
        *at++ = "0123456789ABCDEF"[(uint8_t)*text >> 4];
        *at++ = "0123456789ABCDEF"[(uint8_t)*text & 15];
    }
    return escaped;
}
