/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as configurations and as task files: whatever they hold, they are read or refused with
 * reasons, and everything is given back.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "model/config.h"
#include "model/task.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig's scanner keeps the memory of a text that does not end. */
const char *
__lsan_default_suppressions(void)
{
    return "leak:libconfig.so\n";
}

static void
load_config(const uint8_t *data, size_t size)
{
    struct config_errors errors;
    char path[64];
    int fd = memfd_create("config", MFD_CLOEXEC);

    CHECK(fd != -1 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct config *config = config_load(path, NULL, &errors);
    CHECK((config == NULL) == (errors.count != 0));
    config_free(&config);
    config_errors_clear(&errors);
    close(fd);
}

static void
parse_tasks(const uint8_t *data, size_t size)
{
    size_t count;
    char *error;
    struct task **tasks = task_parse_json((const char *)data, size, "fuzz", &count, &error);

    CHECK((tasks == NULL) == (error != NULL));
    for (size_t i = 0; i < count; i++)
        task_free(&tasks[i]);
    free(tasks);
    free(error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An input must not open files. */
    if (memmem(data, size, "@include", strlen("@include")) == NULL)
        load_config(data, size);
    parse_tasks(data, size);
    return 0;
}
