/* WebSocket frames (RFC 6455 section 5), enough of them for a bench: no fragments, no extensions. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
enum { FRAME_HEAD = 14 }; /* The largest head. */

/* The nonce of RFC 6455 section 1.3, and the one right answer to it. */
#define NONCE "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

struct frame {
    enum opcode opcode;
    bool whole;
    unsigned char *payload; /* Unmasked, in place. */
    size_t size;
};

/* Read the frame at the start of `data`; the bytes it takes, or 0 when its end is not there yet. */
size_t take_frame(unsigned char *data, size_t size, struct frame *frame);

/* Write a frame; the bytes it takes. A `mask` of 0 is none. `out` has room for FRAME_HEAD more than `size`. */
size_t put_frame(unsigned char *out, enum opcode opcode, const void *data, size_t size, uint32_t mask);

#endif
