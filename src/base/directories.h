/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things lie on the machine, as configure was told (--sysconfdir, --localstatedir,
 * --runstatedir, --prefix). What is built without being told gets the packaged places, which
 * the documents print.
 */
#ifndef FAIRLEAD_BASE_DIRECTORIES_H
#define FAIRLEAD_BASE_DIRECTORIES_H

#ifndef FAIRLEAD_SYSCONFDIR
#define FAIRLEAD_SYSCONFDIR "/etc"
#define FAIRLEAD_LOCALSTATEDIR "/var"
#define FAIRLEAD_RUNSTATEDIR "/run"
#endif

#define DIRECTORY_CONFIGURATION FAIRLEAD_SYSCONFDIR "/fairlead"
#define DIRECTORY_STATE FAIRLEAD_LOCALSTATEDIR "/lib/fairlead"
#define DIRECTORY_RUN FAIRLEAD_RUNSTATEDIR "/fairlead"

#endif
