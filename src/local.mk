# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += fairlead
fairlead_SOURCES = src/main.c
fairlead_LDADD = libcontrol.a libworker.a libobserver.a $(libs_role) $(libs_system)
