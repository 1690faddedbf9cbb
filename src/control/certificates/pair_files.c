/* SPDX-License-Identifier: Apache-2.0 */
#include "control/certificates/pair_files.h"

#include <sys/stat.h>

#define FILE_MOST_MIB 1

struct pair_files
pair_files_named(const struct config_certificate *named)
{
    return (struct pair_files){
        .certificate = {.path = named->certificate, .member = "certificate", .fd = -1},
        .key = {.path = named->private_key, .member = "private_key", .fd = -1},
        .is_one = named->private_key == NULL,
        .gravity = CONFIG_ERROR,
    };
}

bool
pair_files_open(struct pair_files *files, struct config_findings *findings)
{
    struct stamped_file *all[] = {&files->certificate, pair_files_key(files)};
    bool is_open = true;

    for (int i = 0; i < (files->is_one ? 1 : 2); i++) {
        const char *reason = stamped_file_open(all[i], FILE_MOST_MIB);
        if (reason == NULL)
            continue;
        config_findings_add(findings, files->gravity, all[i]->member, "%s cannot be read: %s",
                            all[i]->path, reason);
        is_open = false;
    }
    const struct stamped_file *key = pair_files_key(files);
    if (is_open && (key->mode & (S_IROTH | S_IWOTH)) != 0)
        config_findings_add(findings, CONFIG_WARNING, key->member,
                            "%s holds a private key and every user may read or write it: "
                            "chmod 600 it",
                            key->path);
    return is_open;
}

bool
pair_files_read(struct pair_files *files, struct config_findings *findings)
{
    struct stamped_file *all[] = {&files->certificate, pair_files_key(files)};

    for (int i = 0; i < (files->is_one ? 1 : 2); i++) {
        const char *reason = stamped_file_read(all[i]);
        if (reason == NULL)
            continue;
        config_findings_add(findings, files->gravity, all[i]->member, "%s cannot be read: %s",
                            all[i]->path, reason);
        return false;
    }
    return true;
}

void
pair_files_close(struct pair_files *files)
{
    stamped_file_close(&files->certificate);
    stamped_file_close(&files->key);
}
