/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files instead of libFuzzer: over those that are named, else over the
 * target's corpus in the source tree. So every finding stays a test with any compiler.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes are in memory of just their size: ASan sees reads behind them. */
static int
replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long size = 0;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) == -1 ||
        fseek(file, 0, SEEK_SET) != 0) {
        perror(path);
        return -1;
    }
    data = malloc((size_t)size);
    if (size != 0 && (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size)) {
        perror(path);
        return -1;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return 0;
}

/* Returns how many files there were, -1 when one could not be read. */
static int
replay_folder(const char *path)
{
    char file[PATH_MAX + 1];
    DIR *folder = opendir(path);
    int count = 0;

    if (folder == NULL) {
        perror(path);
        return -1;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        int length = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof(file) || replay_file(file) == -1) {
            count = -1;
            break;
        }
        count++;
    }
    closedir(folder);
    return count;
}

int
main(int count, char **arguments)
{
    const char *srcdir = getenv("srcdir");
    const char *slash = strrchr(arguments[0], '/');
    const char *name = slash == NULL ? arguments[0] : slash + 1;
    char path[PATH_MAX];

    for (int i = 1; i < count; i++)
        if (replay_file(arguments[i]) == -1)
            return 1;
    if (count > 1)
        return 0;
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", srcdir == NULL ? "." : srcdir,
             name);
    int files = replay_folder(path);
    printf("%s: %d inputs\n", name, files);
    return files > 0 ? 0 : 1;
}
