#include "frames.h"
#include <string.h>

static void mask_with(unsigned char *data, size_t size, const unsigned char *mask) {
    for (size_t i = 0; i < size; i++) data[i] ^= mask[i & 3];
}

/* The size in a head: 7 bits, or the 2 or 8 bytes after them. */
static size_t read_size(const unsigned char *data, size_t wide) {
    if (!wide) return data[1] & 127;
    size_t size = 0;
    for (size_t i = 0; i < wide; i++) size = size << 8 | data[2 + i];
    return size;
}

size_t take_frame(unsigned char *data, size_t size, struct frame *frame) {
    if (size < 2) return 0;
    bool masked = data[1] & 128;
    size_t wide = (data[1] & 127) == 127 ? 8 : (data[1] & 127) == 126 ? 2 : 0;
    size_t head = 2 + wide + (masked ? 4 : 0);
    if (size < head) return 0;
    frame->size = read_size(data, wide);
    if (size - head < frame->size) return 0;
    frame->whole = (data[0] & 128) && (data[0] & 15);
    frame->opcode = data[0] & 15;
    frame->payload = data + head;
    if (masked) mask_with(frame->payload, frame->size, data + head - 4);
    return head + frame->size;
}

size_t put_frame(unsigned char *out, enum opcode opcode, const void *data, size_t size, uint32_t mask) {
    size_t head = 2, wide = size < 126 ? 0 : size < 65536 ? 2 : 8;
    out[0] = 128 | opcode;
    out[1] = (mask ? 128 : 0) | (wide == 0 ? size : wide == 2 ? 126 : 127);
    for (; wide; wide--) out[head++] = size >> 8 * (wide - 1);
    if (mask) {
        memcpy(out + head, &mask, 4);
        head += 4;
    }
    memcpy(out + head, data, size);
    if (mask) mask_with(out + head, size, out + head - 4);
    return head + size;
}
