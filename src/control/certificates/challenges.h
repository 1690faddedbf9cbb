/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder in which an ACME client leaves what a certificate authority will ask for (RFC 8555
 * 8.3): a file named as each token, with its key authorization. Watched, and read whole each
 * time that it changes; what it holds goes to workers with the next snapshot.
 */
#ifndef FAIRLEAD_CONTROL_CERTIFICATES_CHALLENGES_H
#define FAIRLEAD_CONTROL_CERTIFICATES_CHALLENGES_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/snapshot_sources.h"
#include "net/loop.h"

/* More tokens, and longer answers, are no challenges that somebody is about to be asked. */
#define CHALLENGES_MOST 256
#define CHALLENGE_MOST_BYTES 512

struct challenges;

/* on_change: publish. */
struct challenges *challenges_new(struct loop *loop, void (*on_change)(void *argument),
                                  void *argument);
void challenges_free(struct challenges **challenges);

/* The folder from now on; NULL: none, and no token is known any more. */
void challenges_set_folder(struct challenges *challenges, const char *folder);

/* For the snapshot; borrowed until the loop's next turn. */
size_t challenges_list(const void *argument, const struct snapshot_challenge_source **list);

/* That generation holds what is known now. */
void challenges_note_published(struct challenges *challenges, uint64_t generation);

/* The generation that brought a row of the list; 0: none yet. */
uint64_t challenges_generation(const struct challenges *challenges, size_t row);

#endif
