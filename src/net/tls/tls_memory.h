/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for OpenSSL: its record buffers come and go with each record, so they are kept aside
 * from the heap, in a few places that are used over and over. For src/net/tls/tls_*.c only.
 */
#ifndef FAIRLEAD_NET_TLS_MEMORY_H
#define FAIRLEAD_NET_TLS_MEMORY_H

/* Before OpenSSL's first allocation in this process; does nothing when it is too late. */
void tls_memory_start(void);

#endif
