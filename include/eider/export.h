/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXPORT_H
#define EIDER_EXPORT_H

/* EIDER_API marks what leaves the shared library; everything else is hidden. */
#if defined(__GNUC__)
#define EIDER_API        __attribute__((visibility("default")))
#define EIDER_MUST_CHECK __attribute__((warn_unused_result))
#else
#define EIDER_API
#define EIDER_MUST_CHECK
#endif

#endif
