/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include "docker_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

#define FIXTURE_MOST 65536

char *
docker_fixture_read(const char *name, size_t *length)
{
    const char *source = getenv("srcdir");
    char *path =
        memory_print("%s/tests/fixtures/docker/%s", source == NULL ? "." : source, name);
    FILE *file = fopen(path, "rb");
    char *text = memory_take(FIXTURE_MOST, 1);

    if (file == NULL)
        fail_msg("%s is missing", path);
    *length = fread(text, 1, FIXTURE_MOST - 1, file);
    fclose(file);
    free(path);
    return text;
}
