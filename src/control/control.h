/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control role: configuration, registry, discovery, the other processes and the admin
 * socket. Start reading at control_run.
 */
#ifndef FAIRLEAD_CONTROL_CONTROL_H
#define FAIRLEAD_CONTROL_CONTROL_H

#include <stdbool.h>

struct control_options {
    const char *config_path;
    bool is_verbose;
};

/* Runs in the foreground until a stop signal; returns the exit status. */
int control_run(const struct control_options *options);

/* --trial: everything short of taking over from the fairlead that asks; returns the exit
 * status. */
int control_try(const struct control_options *options);

/* --check-config: prints every error, or "FILE: ok"; returns the exit status. */
int control_check(const char *config_path);

#endif
