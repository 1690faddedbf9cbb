/* SPDX-License-Identifier: Apache-2.0 */
/* How the two files of a certificate book lie in memory; for its reader and writer only. */
#ifndef FAIRLEAD_IPC_CERTIFICATE_LAYOUT_H
#define FAIRLEAD_IPC_CERTIFICATE_LAYOUT_H

#include <fcntl.h>

#include "ipc/certificate_book.h"

#define CERTIFICATE_MAGIC UINT64_C(0x7374726563636c66)     /* "flccerts" */
#define CERTIFICATE_KEY_MAGIC UINT64_C(0x7379656b63636c66) /* "flcckeys" */
#define CERTIFICATE_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* Tables and bytes begin at multiples of this. */
#define CERTIFICATE_ALIGNED(offset) (((offset) + 7) & ~UINT64_C(7))

/* Rows stand behind the header in the order of CERTIFICATE_TABLES, bytes behind them. */
struct certificate_header {
    uint64_t magic, number, size_bytes;
#define CERTIFICATE_COUNT(type, table) uint32_t type##_count;
    CERTIFICATE_TABLES(CERTIFICATE_COUNT)
#undef CERTIFICATE_COUNT
    uint32_t byte_count, unused;
};

struct certificate_key_header {
    uint64_t magic, number, size_bytes;
};

#endif
