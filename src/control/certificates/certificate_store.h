/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate book in force: its files for the workers, and what control itself may know of
 * it, which are not the keys. Another book takes its place with a new configuration, or by
 * itself.
 */
#ifndef FAIRLEAD_CONTROL_CERTIFICATE_STORE_H
#define FAIRLEAD_CONTROL_CERTIFICATE_STORE_H

#include <stdint.h>

#include "control/certificates/certificate_files.h"
#include "ipc/certificate_book.h"

struct certificate_store;

struct certificate_store *certificate_store_new(void);
void certificate_store_free(struct certificate_store **store);

/*
 * Takes files over that a reader has filled, or has left empty, for the next commit; any that
 * were prepared before are forgotten. False: they are not what a reader writes; *reason says
 * why.
 */
bool certificate_store_prepare(struct certificate_store *store, struct certificate_files *files,
                               const char **reason);
void certificate_store_abandon(struct certificate_store *store);

/* True: there is another book now, to be sent to the workers. */
bool certificate_store_commit(struct certificate_store *store);

/* What is in force; its number is 0 and its book NULL before the first. */
const struct certificate_files *certificate_store_files(const struct certificate_store *store);
uint64_t certificate_store_number(const struct certificate_store *store);
const struct certificate_book *certificate_store_book(const struct certificate_store *store);

/* What the next commit would bring; NULL: nothing new. */
const struct certificate_book *certificate_store_next(const struct certificate_store *store);

/* How many end before that second since 1970, and when the first one does; 0: there is none. */
size_t certificate_store_count_ending(const struct certificate_store *store, int64_t before_s);
int64_t certificate_store_first_end_s(const struct certificate_store *store);

/* What is left for somebody who renews by hand. */
#define CERTIFICATE_RENEWAL_DAYS 14

#endif
