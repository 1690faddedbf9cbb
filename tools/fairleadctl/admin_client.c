/* SPDX-License-Identifier: Apache-2.0 */
/* Reads answers whole, or line by line as they come. */
#include "admin_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/memory.h"

/* Created and freed by main; owns the curl handle. */
struct admin_client {
    CURL *curl;
    char *socket_path;
    long look_ms; /* longest wait for an answer that is no stream and changes nothing */
};

/* What has come of the answer so far; lives during one call. */
struct receiver {
    const struct admin_call *call;
    CURL *curl;
    char *bytes;
    size_t length;
};

#define LOOK_MS 30000
#define IMPATIENT_LOOK_MS 3000

struct admin_client *
admin_client_new(const char *socket_path)
{
    struct admin_client *client = memory_take(1, sizeof *client);
    client->curl = curl_easy_init();
    client->socket_path = memory_copy_text(socket_path);
    client->look_ms = LOOK_MS;
    return client;
}

void
admin_client_free(struct admin_client **client)
{
    curl_easy_cleanup((*client)->curl);
    free((*client)->socket_path);
    free(*client);
    *client = NULL;
}

void
admin_client_be_impatient(struct admin_client *client)
{
    client->look_ms = IMPATIENT_LOOK_MS;
}

/* Hands complete lines on and keeps the rest. Non-zero: the handler had enough. */
static int
take_lines(struct receiver *receiver)
{
    char *line = receiver->bytes;
    char *end;
    int status = 0;
    while (status == 0 && (end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        if (*line != '\0')
            status = receiver->call->on_line(line, receiver->call->argument);
        line = end + 1;
    }
    receiver->length = strlen(line);
    memmove(receiver->bytes, line, receiver->length + 1);
    return status;
}

/* A refusal, and an answer to a call that needs no steps, is one document. */
static bool
is_stream(const struct receiver *receiver)
{
    char *type = NULL;
    curl_easy_getinfo(receiver->curl, CURLINFO_CONTENT_TYPE, &type);
    return receiver->call->on_line != NULL && type != NULL &&
           strcmp(type, "application/json") != 0;
}

static size_t
on_bytes(char *bytes, size_t size, size_t count, void *argument)
{
    struct receiver *receiver = argument;
    size_t length = size * count;
    receiver->bytes = memory_resize(receiver->bytes, receiver->length + length + 1, 1);
    memcpy(receiver->bytes + receiver->length, bytes, length);
    receiver->length += length;
    receiver->bytes[receiver->length] = '\0';
    if (is_stream(receiver) && take_lines(receiver) != 0)
        return 0;
    return length;
}

static char *
explain_failure(const struct admin_client *client, CURLcode code)
{
    long os_error = 0;
    curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &os_error);
    if (os_error == EACCES)
        return memory_print("may not use %s: run as root or as a member of its group",
                            client->socket_path);
    if (code == CURLE_COULDNT_CONNECT)
        return memory_print("no fairlead answers on %s: start it (fairlead -f FILE), or name "
                            "its socket with -s or FAIRLEAD_SOCKET",
                            client->socket_path);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return memory_print("fairlead on %s has not answered for %ld s", client->socket_path,
                            client->look_ms / 1000);
    return memory_print("the answer on %s broke off: %s", client->socket_path,
                        curl_easy_strerror(code));
}

static void
prepare(struct admin_client *client, const struct admin_call *call, const char *url)
{
    curl_easy_reset(client->curl);
    curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, call->method);
    curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    if (strcmp(call->method, "GET") == 0 && call->on_line == NULL)
        curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, client->look_ms);
    if (strcmp(call->method, "POST") == 0) {
        const char *body = call->body == NULL ? "" : call->body;
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(client->curl, CURLOPT_COPYPOSTFIELDS, body);
    }
}

int
admin_client_send(struct admin_client *client, const struct admin_call *call,
                  struct admin_answer *answer)
{
    struct receiver receiver = {.call = call, .curl = client->curl};
    char *url = memory_print("http://fairlead%s", call->path);
    struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/json");
    fields = curl_slist_append(fields, "Expect:");
    memset(answer, 0, sizeof *answer);
    prepare(client, call, url);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &receiver);
    CURLcode code = curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    if (code != CURLE_OK && code != CURLE_WRITE_ERROR) {
        answer->error = explain_failure(client, code);
        answer->status = 0;
    }
    answer->text = receiver.bytes == NULL ? memory_copy_text("") : receiver.bytes;
    answer->json = json_loads(answer->text, JSON_DECODE_ANY, NULL);
    curl_slist_free_all(fields);
    free(url);
    return answer->status == 0 ? -1 : 0;
}

void
admin_answer_clear(struct admin_answer *answer)
{
    free(answer->error);
    free(answer->text);
    json_decref(answer->json);
    memset(answer, 0, sizeof *answer);
}

char *
admin_escape(const struct admin_client *client, const char *text)
{
    char *escaped = curl_easy_escape(client->curl, text, 0);
    char *copy = memory_copy_text(escaped);
    curl_free(escaped);
    return copy;
}
