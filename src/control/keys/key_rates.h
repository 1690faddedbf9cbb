/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast calls are made with each key, and without one: so many a second, and twice as many
 * at once by whoever was quiet for two seconds.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_KEY_RATES_H
#define FAIRLEAD_CONTROL_KEYS_KEY_RATES_H

#include <stdbool.h>

#define KEY_RATES_BURST_SECONDS 2

struct key_rates;

/* Without a limit until one is set. */
struct key_rates *key_rates_new(void);
void key_rates_free(struct key_rates **rates);

/* Calls a second of each; 0: no limit. Whoever had spent his share keeps what is left of it. */
void key_rates_set(struct key_rates *rates, unsigned calls_per_second);

/* Whether that key may make a call now, which is then counted; NULL: calls without a key, which
 * share. */
bool key_rates_take(struct key_rates *rates, const char *key_id);

#endif
