# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += fairlead
fairlead_SOURCES = src/main.c src/options.def
fairlead_LDADD = libcontrol.a libworker.a libobserver.a liblogger.a libapi.a $(libs_role) $(libs_system)
