/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a certificate and its private key while they are looked at. */
#ifndef FAIRLEAD_CONTROL_PAIR_FILES_H
#define FAIRLEAD_CONTROL_PAIR_FILES_H

#include "control/certificates/stamped_file.h"
#include "model/config.h"

/* Two files, or the one that holds both. */
struct pair_files {
    struct stamped_file certificate, key;
    bool is_one;
    bool is_of_folder; /* nobody wrote its name: it is left out where it is bad */
    enum config_gravity gravity;
};

/* Those that a configuration names, none open; what is wrong with them is an error. */
struct pair_files pair_files_named(const struct config_certificate *named);

static inline struct stamped_file *
pair_files_key(struct pair_files *files)
{
    return files->is_one ? &files->certificate : &files->key;
}

/* False with findings. A key that every user may read is a warning. */
bool pair_files_open(struct pair_files *files, struct config_findings *findings);

/* All of open ones; false with findings. */
bool pair_files_read(struct pair_files *files, struct config_findings *findings);

void pair_files_close(struct pair_files *files);

#endif
