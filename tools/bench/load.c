/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator: reads its options, runs, prints the result as one JSON object.
 * usage: load -a PORT [options]; see usage() below.
 */
#include "load.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static int
usage(void)
{
    fprintf(stderr,
            "usage: load -a PORT [-c CONNECTIONS] [-d SECONDS] [-n REQUESTS]\n"
            "            [-r RATE] [-b POST_BYTES] [-p PATH]... [-H HOST]...\n"
            "            [-1] [-k] [-i] [-t VERSION] [-s SUITE] [-R]\n"
            "  -r  open loop, requests a second; latencies count from when they were due\n"
            "  -p, -H  taken in turn, path n with host n\n"
            "  -1  a connection for every request\n"
            "  -k  check bodies (GET .../b/N, POST .../echo)\n"
            "  -t, -s  over TLS 1.2 or 1.3, with OpenSSL's suite or that one\n"
            "  -R  resume TLS sessions\n"
            "  -i  one request each, then hold the connections until stdin ends\n");
    return 2;
}

static int
read_option(struct load_options *options, int option, char *value)
{
    switch (option) {
    case 'a':
        options->address.sin_port = htons((uint16_t)strtoul(value, NULL, 10));
        return 0;
    case 'c':
        options->connections = (unsigned)strtoul(value, NULL, 10);
        return 0;
    case 'd':
        options->seconds = strtod(value, NULL);
        return 0;
    case 'n':
        options->limit = strtoull(value, NULL, 10);
        return 0;
    case 'r':
        options->rate = strtod(value, NULL);
        return 0;
    case 'b':
        options->post_bytes = strtoul(value, NULL, 10);
        return 0;
    case 'p':
        options->paths[options->path_count++ % REQUESTS_MAX] = value;
        return 0;
    case 'H':
        options->hosts[options->host_count++ % REQUESTS_MAX] = value;
        return 0;
    case '1':
        options->closes = true;
        return 0;
    case 'k':
        options->checks = true;
        return 0;
    case 'i':
        options->holds = true;
        return 0;
    case 't':
        options->tls = value;
        return 0;
    case 's':
        options->suite = value;
        return 0;
    case 'R':
        options->resumes = true;
        return 0;
    default:
        return -1;
    }
}

static void
print_result(const struct load_result *result)
{
    const struct histogram *latencies = &result->latencies;
    printf("{\"requests\": %llu, \"errors\": %llu, \"connections_opened\": %llu, "
           "\"bytes\": %llu, \"seconds\": %.4f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
           "\"p999_us\": %.1f, \"max_us\": %.1f}\n",
           (unsigned long long)result->requests, (unsigned long long)result->errors,
           (unsigned long long)result->connections_opened, (unsigned long long)result->bytes,
           result->seconds, (double)histogram_at(latencies, 0.5) / 1e3,
           (double)histogram_at(latencies, 0.99) / 1e3,
           (double)histogram_at(latencies, 0.999) / 1e3,
           (double)histogram_at(latencies, 1) / 1e3);
}

int
main(int argc, char **argv)
{
    static struct load_result result;
    struct load_options options = {
        .address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
        .connections = 1,
    };
    int option;
    while ((option = getopt(argc, argv, "a:c:d:n:r:b:p:H:1kit:s:R")) != -1)
        if (read_option(&options, option, optarg) == -1)
            return usage();
    if (options.address.sin_port == 0 || options.connections == 0 ||
        options.path_count > REQUESTS_MAX || options.host_count > REQUESTS_MAX)
        return usage();
    if (options.path_count == 0)
        options.paths[options.path_count++] = "/";
    if (options.host_count == 0)
        options.hosts[options.host_count++] = "example.test";
    load_run(&options, &result);
    print_result(&result);
    return result.errors != 0;
}
