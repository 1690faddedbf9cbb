/* SPDX-License-Identifier: Apache-2.0 */
/* What control's answers to the api role are written in, as numbers that cross the channel. */
#ifndef FAIRLEAD_IPC_API_CONTENT_H
#define FAIRLEAD_IPC_API_CONTENT_H

#include <stdint.h>

enum api_content {

#define API_CONTENT(id, media_type) API_CONTENT_##id,
#include "ipc/api_contents.def"
#undef API_CONTENT
    API_CONTENT_COUNT
};

/* The media type; NULL where there is no such content. */
const char *api_content_text(uint32_t content);

/* The content of that media type; API_CONTENT_COUNT: there is none. */
enum api_content api_content_find(const char *media_type);

#endif
