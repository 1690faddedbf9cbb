/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of the libraries that only src/net may include, for fairlead --version. */
#ifndef FAIRLEAD_NET_LIBRARY_VERSIONS_H
#define FAIRLEAD_NET_LIBRARY_VERSIONS_H

#define LIBRARY_VERSIONS_SIZE 256

/* "libevent/2.1.12 libcurl/7.88.1 OpenSSL/3.0.15 ..." as far as it fits. */
void library_versions(char text[LIBRARY_VERSIONS_SIZE]);

#endif
