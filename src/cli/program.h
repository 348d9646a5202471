/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_PROGRAM_H
#define EIDER_CLI_PROGRAM_H

/* The eider program; returns its exit status. Must be called while the process has one thread. */
int program_main(int argc, char *const *argv);

#endif
