/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/listeners/certificates.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "ipc/certificate_book.h"
#include "ipc/snapshot.h"
#include "ipc/target_security.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_tickets.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"

/* Certificates that are kept parsed, some 10 KiB each; others are parsed when they are used. */
#define IDENTITIES_MOST 512

void
certificates_open(struct worker *worker)
{
    tls_start();
    worker->tls.fd = worker->tls.keys_fd = -1;
    worker->tls.identities = tls_identities_new(IDENTITIES_MOST, NULL);
    worker->tls.tickets = tls_tickets_new();
    worker->tls.targets = target_security_new();
}

static void
close_files(struct worker_tls *tls)
{
    if (tls->fd != -1)
        close(tls->fd);
    if (tls->keys_fd != -1)
        close(tls->keys_fd);
    tls->fd = tls->keys_fd = -1;
}

void
certificates_close(struct worker *worker)
{
    close_files(&worker->tls);
    certificate_book_release(&worker->tls.book);
    tls_identities_free(&worker->tls.identities);
    tls_tickets_free(&worker->tls.tickets);
    target_security_free(&worker->tls.targets);
}

/* Whoever sends another number has given the one before up. */
static void
begin(struct worker_tls *tls, uint64_t number)
{
    if (tls->number != number)
        close_files(tls);
    tls->number = number;
}

static void
use_both(struct worker *worker)
{
    struct worker_tls *tls = &worker->tls;
    const char *error = NULL;

    if (tls->fd == -1 || tls->keys_fd == -1)
        return;
    struct certificate_book *book = certificate_book_open(tls->fd, tls->keys_fd, &error);
    if (book == NULL)
        log_error("certificates cannot be used: %s", error);
    CHECK(book != NULL);
    close_files(tls);
    certificate_book_release(&tls->book);
    tls->book = book;
    if (worker->view == NULL)
        return;
    listener_secure_all(worker);
    target_security_update(worker->tls.targets, worker->view->snapshot, book);
}

void
certificates_take(struct worker *worker, uint64_t number, int fd)
{
    begin(&worker->tls, number);
    if (worker->tls.fd != -1)
        close(worker->tls.fd);
    worker->tls.fd = fd;
    use_both(worker);
}

void
certificates_take_tickets(struct worker *worker, int fd)
{
    void *keys = mmap(NULL, sizeof(struct tls_ticket_keys), PROT_READ, MAP_SHARED, fd, 0);

    close(fd);
    CHECK(keys != MAP_FAILED && tls_tickets_set(worker->tls.tickets, keys));
    munmap(keys, sizeof(struct tls_ticket_keys));
}

void
certificates_take_keys(struct worker *worker, uint64_t number, int fd)
{
    begin(&worker->tls, number);
    if (worker->tls.keys_fd != -1)
        close(worker->tls.keys_fd);
    worker->tls.keys_fd = fd;
    use_both(worker);
}
