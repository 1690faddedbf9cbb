/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HTTP fuzz targets share: reading a message whole and in pieces out of a buffer that
 * moves with every piece, so that the sanitizers see each byte that is read too far or too
 * late.
 */
#ifndef FAIRLEAD_TESTS_FUZZ_HTTP_MESSAGES_H
#define FAIRLEAD_TESTS_FUZZ_HTTP_MESSAGES_H

#include "http/http1_body.h"
#include "http/http1_parser.h"
#include "http/request_judge.h"
#include "http/response_judge.h"

extern const struct config_limits fuzz_limits;

/* Attributes by the bits of the input's first byte. */
struct config_attributes fuzz_attributes(uint8_t bits);

/* A head in bytes of its own. */
struct fuzz_message {
    enum http1_result result;
    enum http_refusal refusal;
    struct http_head head;
    char *bytes;
    size_t used; /* bytes of the head */
};

/* seed 0: all at once; else cut at places that follow from it. */
void fuzz_message_read(struct fuzz_message *message, bool is_response, struct slice input,
                       uint64_t seed);
void fuzz_message_free(struct fuzz_message *message);

/*
 * Reads the message whole and in pieces and checks that both agree, but for limits, which may
 * strike earlier in pieces; the caller frees *message. Returns what follows the head.
 */
struct slice fuzz_message_read_twice(struct fuzz_message *message, bool is_response,
                                     struct slice input, uint64_t seed);

/* A well-formed head: what every accepted one must look like, and every written one too. */
void fuzz_check_head(const struct http_head *head, struct slice bytes);

struct fuzz_body {
    enum http1_body_result result; /* MORE, DONE or MALFORMED */
    char *payload;
    size_t length;
    size_t used; /* bytes of the input */
};

void fuzz_body_read(struct fuzz_body *body, const struct http_head *head, struct slice input,
                    uint64_t seed);
void fuzz_body_free(struct fuzz_body *body);

/* Reads the body whole and in pieces and checks that both agree; the caller frees *body. */
void fuzz_body_read_twice(struct fuzz_body *body, const struct http_head *head,
                          struct slice input, uint64_t seed);

/* The target itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
