/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines mount a container's own /etc/hosts and its like out of a folder that is named after
 * it: /var/lib/docker/containers/ID/hosts, or Podman's …/overlay-containers/ID/userdata/hosts.
 */
#include "control/docker/docker_self.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "containers/"
#define ID_LENGTH (DOCKER_ID_SIZE - 1)

bool
docker_self_read(const char *mounts, char id[DOCKER_ID_SIZE])
{
    const char *at = mounts;

    while ((at = strstr(at, FOLDER)) != NULL) {
        at += strlen(FOLDER);
        if (strspn(at, "0123456789abcdef") != ID_LENGTH || at[ID_LENGTH] != '/')
            continue;
        memcpy(id, at, ID_LENGTH);
        id[ID_LENGTH] = '\0';
        return true;
    }
    return false;
}

bool
docker_self_find(char id[DOCKER_ID_SIZE])
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    bool is_found = false;

    if (file == NULL)
        return false;
    /* Elsewhere a machine's own view of its containers' files would be taken for ours. */
    while (!is_found && getline(&line, &size, file) != -1)
        is_found = strstr(line, " /etc/host") != NULL && docker_self_read(line, id);
    free(line);
    fclose(file);
    return is_found;
}
