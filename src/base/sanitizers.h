/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a sanitizer watches this build: it makes calls of its own, and sees only the heap. */
#ifndef FAIRLEAD_BASE_SANITIZERS_H
#define FAIRLEAD_BASE_SANITIZERS_H

#define IS_SANITIZED 0

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef IS_SANITIZED
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#undef IS_SANITIZED
#define IS_SANITIZED 1
#endif
#endif

#endif
