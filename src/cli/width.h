/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_WIDTH_H
#define EIDER_CLI_WIDTH_H

#include <stddef.h>

/*
 * How many columns of a terminal UTF-8 text takes: East Asian wide characters two, combining ones none. What
 * is no UTF-8 counts one per byte. Any thread.
 */
size_t text_width(const char *text, size_t bytes);

/* The longest start of the text, in whole characters, that takes at most `width` columns: its bytes, and its width. */
size_t text_fit(const char *text, size_t bytes, size_t width, size_t *ret_width);

#endif
