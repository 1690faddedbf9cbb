/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may connect to the listeners of a load balancer, as its security groups say it: what they
 * let in at a listener's port becomes that listener's "sources", as if somebody had written
 * them there. Groups that let nobody in there make it "nobody".
 */
#ifndef FAIRLEAD_MODEL_CONFIG_RESTRICTIONS_H
#define FAIRLEAD_MODEL_CONFIG_RESTRICTIONS_H

#include <stddef.h>

#include "base/address.h"
#include "model/config_report.h"
#include "model/config_tree.h"

/* Of all listeners together, as their groups make them. */
#define CONFIG_MOST_INGRESS_SOURCES 100000

/* A rule of a group: from where one may connect to which ports. */
struct config_ingress_rule {
    unsigned first_port, last_port;
    struct address_block block; /* with no bit set behind its prefix */
    const char *source;         /* the block as somebody has written it */
};

/* The rules of a security group. */
struct config_ingress {
    const struct config_ingress_rule *rules;
    size_t count;
};

/* A load balancer that not everybody may connect to; all of it is the caller's. */
struct config_restriction {
    const char *load_balancer; /* its name */
    size_t addition;           /* that it is, and that is told as the place of the sources */
    const struct config_ingress *const *groups;
    size_t group_count;
};

/* The restrictions, by rising name. */
struct config_restrictions {
    const struct config_restriction *all;
    size_t count;
};

/*
 * Gives the listeners of the tree their sources; first_line is that of the first addition. The
 * report hears of listeners that have sources of their own. Unix listeners have no port: they
 * stay as they are. The tree uses the rules' texts.
 */
void config_restrictions_plant(const struct config_restrictions *restrictions,
                               struct config_tree *tree, unsigned first_line,
                               struct config_report *report);

#endif
