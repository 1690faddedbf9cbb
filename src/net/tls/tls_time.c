/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls/tls_time.h"

#define SECONDS_A_DAY 86400

bool
tls_seconds_of(const ASN1_TIME *time, int64_t *seconds)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, rest = 0;
    bool is_good = epoch != NULL && ASN1_TIME_diff(&days, &rest, epoch, time) == 1;

    ASN1_TIME_free(epoch);
    *seconds = (int64_t)days * SECONDS_A_DAY + rest;
    return is_good;
}
