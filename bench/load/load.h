/* What the parts of the load generator know of each other. */
#ifndef LOAD_H
#define LOAD_H

#include "frames.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAYLOAD = 200, SEQ_BASE = 1000000000, MOST_FLYING = 64 };

enum stage { CONNECTING, UPGRADING, SIGNING_IN, READY };

/* One connection to the server. */
struct line {
    int fd;
    uint32_t index;
    enum stage stage;
    unsigned char *rest;  /* The part of a frame that came without its end. */
    size_t rest_size;
    unsigned char *queue; /* What the socket did not take at once. */
    size_t queue_size;
    uint32_t heard;       /* The number of the last event. */
    uint32_t asked;       /* The number of the last call. */
    uint32_t *flying;     /* The calls that wait for an answer, each at its number modulo CALL_SLOTS. */
};

/* One way to speak. Each function sends; what comes back is told by `opened`, `joined`, `heard` and `answered`. */
struct dialect {
    const char *name;
    const char *subprotocol; /* Or NULL. */
    void (*greet)(struct line *);
    void (*hear)(struct line *, const char *text, size_t size);
    void (*join)(struct line *);
    void (*publish)(struct line *, uint32_t seq);
    void (*call)(struct line *, uint32_t id);
};

struct options {
    const char *host, *path, *speak, *realm, *authid, *ticket, *topic, *procedure;
    int port;
};

extern struct options options;
extern const struct dialect *dialect;
extern struct line **lines;
extern uint32_t line_count;

/* main.c */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
double now(void);

/* speak.c */
const struct dialect *find_dialect(const char *name);

/* net.c */
extern bool idle;
void start_net(void);
bool serve(int milliseconds);          /* One turn; says whether a command waits on standard input. */
struct line *dial(uint32_t index);
void say(struct line *line, const char *text, size_t size);
void say_frame(struct line *line, enum opcode opcode, const void *data, size_t size);

/* work.c: each command does its work whole and returns how much that was. */
uint64_t do_open(uint32_t count, uint32_t at_once);
uint64_t do_join(uint32_t at_once);
uint64_t do_fan(uint32_t window, double seconds);
uint64_t do_call(uint32_t callers, uint32_t flying, double seconds);

void opened(struct line *line);
void joined(struct line *line);
void heard(struct line *line, uint32_t seq);
void answered(struct line *line, uint32_t id, uint32_t seq);

#endif
