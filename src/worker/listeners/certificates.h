/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control sends for TLS, in memory files: certificates, their private keys, and the keys
 * of session tickets. Listeners take it up at once.
 */
#ifndef FAIRLEAD_WORKER_CERTIFICATES_H
#define FAIRLEAD_WORKER_CERTIFICATES_H

#include <stdint.h>

struct worker;

void certificates_open(struct worker *worker);
void certificates_close(struct worker *worker);

/* Certificates and keys of one number belong together; each takes its descriptor over. */
void certificates_take(struct worker *worker, uint64_t number, int fd);
void certificates_take_keys(struct worker *worker, uint64_t number, int fd);

/* Of session tickets; takes the descriptor over. */
void certificates_take_tickets(struct worker *worker, int fd);

#endif
