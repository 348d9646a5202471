/* SPDX-License-Identifier: Apache-2.0 */
/* The eider program; everything is in program.c. */
#include "cli/program.h"

int main(int argc, char **argv)
{
    return program_main(argc, argv);
}
