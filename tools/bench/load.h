/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator's pieces: what it was asked to do, its histogram, and its connections.
 */
#ifndef FAIRLEAD_BENCH_LOAD_H
#define FAIRLEAD_BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUESTS_MAX = 64 };

/* One request text of several that the connections take in turn. */
struct load_request {
    char *bytes;
    size_t length;
    size_t wanted_size; /* of the answer to a GET */
};

struct load_options {
    struct sockaddr_in address;
    unsigned connections;
    double seconds;    /* closed and open loop: how long */
    uint64_t limit;    /* stop after so many requests; 0: none */
    double rate;       /* open loop: requests a second; 0: closed loop */
    size_t post_bytes; /* 0: GET */
    bool closes;       /* a connection for every request */
    bool checks;       /* compare bodies with the pattern */
    bool holds;        /* one request each, then hold the idle connections until stdin ends */
    const char *tls;   /* version, "1.2" or "1.3"; NULL: plain */
    const char *suite; /* NULL: OpenSSL's choice */
    bool resumes;      /* each connection but a place's first */
    const char *paths[REQUESTS_MAX];
    const char *hosts[REQUESTS_MAX];
    size_t path_count, host_count;
};

/* Latencies in nanoseconds, 64 steps a power of two: within 1.6 % of the truth. */
enum { HISTOGRAM_STEPS = 64, HISTOGRAM_SIZE = 42 * HISTOGRAM_STEPS };

struct histogram {
    uint64_t counts[HISTOGRAM_SIZE];
    uint64_t total;
};

void histogram_add(struct histogram *histogram, uint64_t ns);
uint64_t histogram_at(const struct histogram *histogram, double share);

/* What a run came to. */
struct load_result {
    uint64_t requests, errors, connections_opened, bytes;
    double seconds;
    struct histogram latencies;
};

/* Runs to the end; results are added up in result. */
void load_run(const struct load_options *options, struct load_result *result);

#endif
