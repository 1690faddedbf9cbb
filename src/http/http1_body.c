/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies by length, until close, and chunked. The chunk decoder is our own: llhttp's passes
 * loose line ends in some builds and refuses valid extensions. It is a table of states with one
 * function each that takes one byte; payload is taken whole.
 */
#include "http/http1_body.h"

#include "base/check.h"
#include "http/bytes.h"

enum chunk_state {
    CHUNK_SIZE,
    CHUNK_SPACE, /* behind the size: only ';' may follow (RFC 9112 7.1.1) */
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    TRAILER_START, /* of a line: a name, or the end */
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    TRAILERS_LF,
    CHUNKS_DONE,
    CHUNKS_MALFORMED,
};

/* 16 hexadecimal digits fill 64 bits: more could only overflow or hide. */
#define SIZE_DIGITS_MAX 16

void
http1_body_start(struct http1_body *body, enum http_framing framing, uint64_t content_length)
{
    *body = (struct http1_body){.framing = framing, .state = CHUNK_SIZE};
    if (framing == HTTP_BODY_LENGTH)
        body->remaining = content_length;
}

bool
http1_body_is_done(const struct http1_body *body)
{
    switch (body->framing) {
    case HTTP_BODY_NONE:
        return true;
    case HTTP_BODY_LENGTH:
        return body->remaining == 0;
    case HTTP_BODY_CHUNKED:
        return body->state == CHUNKS_DONE;
    case HTTP_BODY_UNTIL_CLOSE:
        break;
    }
    return false;
}

bool
http1_body_may_end_here(const struct http1_body *body)
{
    return body->framing == HTTP_BODY_UNTIL_CLOSE || http1_body_is_done(body);
}

void
http1_body_skip(struct http1_body *body, uint64_t bytes)
{
    if (body->framing == HTTP_BODY_LENGTH) {
        CHECK(bytes <= body->remaining);
        body->remaining -= bytes;
    } else {
        CHECK(body->framing == HTTP_BODY_UNTIL_CLOSE);
    }
    body->payload_bytes += bytes;
}

static int
hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = slice_lower(byte);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static enum chunk_state
take_size_end(char byte)
{
    if (byte == '\r')
        return CHUNK_SIZE_LF;
    if (byte == ';')
        return CHUNK_EXTENSION;
    return byte == ' ' || byte == '\t' ? CHUNK_SPACE : CHUNKS_MALFORMED;
}

static enum chunk_state
take_size(struct http1_body *body, char byte)
{
    int value = hex_value(byte);

    if (value == -1)
        return body->digits == 0 ? CHUNKS_MALFORMED : take_size_end(byte);
    if (body->digits == SIZE_DIGITS_MAX)
        return CHUNKS_MALFORMED;
    body->digits++;
    body->remaining = body->remaining << 4 | (uint64_t)value;
    return CHUNK_SIZE;
}

static enum chunk_state
take_space(struct http1_body *body, char byte)
{
    enum chunk_state next = take_size_end(byte);

    return next == CHUNK_SIZE_LF && !body->is_lenient ? CHUNKS_MALFORMED : next;
}

/* A byte of what is dropped; a line's end that is none would end it elsewhere. */
static bool
may_be_dropped(const struct http1_body *body, char byte)
{
    return http_byte_is(byte, HTTP_BYTE_VALUE) ||
           (body->is_lenient && byte != '\0' && byte != '\n');
}

static enum chunk_state
take_extension(struct http1_body *body, char byte)
{
    if (byte == '\r')
        return CHUNK_SIZE_LF;
    if (!may_be_dropped(body, byte) || body->extension_bytes == HTTP1_EXTENSIONS_MAX)
        return CHUNKS_MALFORMED;
    body->extension_bytes++;
    return CHUNK_EXTENSION;
}

static enum chunk_state
take_size_lf(struct http1_body *body, char byte)
{
    body->line_bytes = 0;
    body->digits = 0;
    if (byte != '\n')
        return CHUNKS_MALFORMED;
    return body->remaining == 0 ? TRAILER_START : CHUNK_DATA;
}

static enum chunk_state
take_data_cr(struct http1_body *body, char byte)
{
    (void)body;
    return byte == '\r' ? CHUNK_DATA_LF : CHUNKS_MALFORMED;
}

static enum chunk_state
take_data_lf(struct http1_body *body, char byte)
{
    body->line_bytes = 0;
    return byte == '\n' ? CHUNK_SIZE : CHUNKS_MALFORMED;
}

static enum chunk_state
take_trailer_start(struct http1_body *body, char byte)
{
    (void)body;
    if (byte == '\r')
        return TRAILERS_LF;
    return http_byte_is(byte, HTTP_BYTE_TOKEN) ? TRAILER_NAME : CHUNKS_MALFORMED;
}

static enum chunk_state
take_trailer_name(struct http1_body *body, char byte)
{
    (void)body;
    if (byte == ':')
        return TRAILER_VALUE;
    return http_byte_is(byte, HTTP_BYTE_TOKEN) ? TRAILER_NAME : CHUNKS_MALFORMED;
}

static enum chunk_state
take_trailer_value(struct http1_body *body, char byte)
{
    if (byte == '\r')
        return TRAILER_LF;
    return may_be_dropped(body, byte) || http_byte_is(byte, HTTP_BYTE_OPAQUE)
               ? TRAILER_VALUE
               : CHUNKS_MALFORMED;
}

static enum chunk_state
take_trailer_lf(struct http1_body *body, char byte)
{
    (void)body;
    return byte == '\n' ? TRAILER_START : CHUNKS_MALFORMED;
}

static enum chunk_state
take_trailers_lf(struct http1_body *body, char byte)
{
    (void)body;
    return byte == '\n' ? CHUNKS_DONE : CHUNKS_MALFORMED;
}

static enum chunk_state (*const takers[])(struct http1_body *body, char byte) = {
    [CHUNK_SIZE] = take_size,
    [CHUNK_SPACE] = take_space,
    [CHUNK_EXTENSION] = take_extension,
    [CHUNK_SIZE_LF] = take_size_lf,
    [CHUNK_DATA_CR] = take_data_cr,
    [CHUNK_DATA_LF] = take_data_lf,
    [TRAILER_START] = take_trailer_start,
    [TRAILER_NAME] = take_trailer_name,
    [TRAILER_VALUE] = take_trailer_value,
    [TRAILER_LF] = take_trailer_lf,
    [TRAILERS_LF] = take_trailers_lf,
};

/* Takes at most what remains as payload. */
static enum http1_body_result
take_payload(struct http1_body *body, struct slice input, size_t *used, struct slice *span)
{
    size_t length = input.length < body->remaining ? input.length : (size_t)body->remaining;

    if (length == 0)
        return HTTP1_BODY_MORE;
    *span = slice_make(input.at, length);
    *used += length;
    body->remaining -= length;
    body->payload_bytes += length;
    return HTTP1_BODY_SPAN;
}

static void
take_byte(struct http1_body *body, char byte)
{
    uint32_t most = body->state >= TRAILER_START ? HTTP1_TRAILERS_MAX : HTTP1_CHUNK_LINE_MAX;

    body->state = (uint8_t)(body->line_bytes++ == most ? CHUNKS_MALFORMED
                                                       : takers[body->state](body, byte));
}

static enum http1_body_result
next_of_chunks(struct http1_body *body, struct slice input, size_t *used, struct slice *span)
{
    while (*used < input.length && body->state < CHUNKS_DONE) {
        if (body->state != CHUNK_DATA) {
            take_byte(body, input.at[(*used)++]);
            continue;
        }
        input = slice_make(input.at + *used, input.length - *used);
        enum http1_body_result result = take_payload(body, input, used, span);
        if (body->remaining == 0)
            body->state = CHUNK_DATA_CR;
        return result;
    }
    if (body->state == CHUNKS_MALFORMED)
        return HTTP1_BODY_MALFORMED;
    return body->state == CHUNKS_DONE ? HTTP1_BODY_DONE : HTTP1_BODY_MORE;
}

enum http1_body_result
http1_body_next(struct http1_body *body, struct slice input, size_t *used, struct slice *span)
{
    *used = 0;
    *span = SLICE_NONE;
    switch (body->framing) {
    case HTTP_BODY_NONE:
        return HTTP1_BODY_DONE;
    case HTTP_BODY_LENGTH:
        return body->remaining == 0 ? HTTP1_BODY_DONE : take_payload(body, input, used, span);
    case HTTP_BODY_CHUNKED:
        return next_of_chunks(body, input, used, span);
    case HTTP_BODY_UNTIL_CLOSE:
        break;
    }
    body->remaining = UINT64_MAX;
    return take_payload(body, input, used, span);
}
