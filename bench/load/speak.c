/* The three ways to speak: WAMP in JSON, Socket.IO 5 over Engine.IO 4, and plain WebSocket messages. */
#define _GNU_SOURCE
#include "load.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sayf(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void sayf(struct line *line, const char *format, ...) {
    char text[4096];
    va_list values;
    va_start(values, format);
    int size = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (size >= (int)sizeof text) fail("a message of %d bytes is too long", size);
    say(line, text, size);
}

/* What is published or asked, the same for everyone: a JSON object of PAYLOAD bytes with a number in it. */
static const char *payload(uint32_t seq) {
    static char text[PAYLOAD + 1];
    if (!text[0]) memset(text, 'x', PAYLOAD);
    text[snprintf(text, PAYLOAD, "{\"seq\":%u,\"pad\":\"", SEQ_BASE + seq)] = 'x';
    memcpy(text + PAYLOAD - 2, "\"}", 3);
    return text;
}

static uint32_t number(const char *text, const char *end) {
    uint32_t value = 0;
    while (text < end && *text == ' ') text++;
    for (; text < end && *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
    return value;
}

/* The number in a payload. It stands where it stood in the message before, as a rule. */
static uint32_t seq_in(const char *text, size_t size) {
    static size_t at;
    static const char mark[] = "\"seq\":";
    const size_t length = sizeof mark - 1;
    if (at + length > size || memcmp(text + at, mark, length)) {
        const char *found = memmem(text, size, mark, length);
        if (!found) fail("a message without a number: %.*s", (int)size, text);
        at = found - text;
    }
    if (size < PAYLOAD) fail("a payload was cut short: %.*s", (int)size, text);
    return number(text + at + length, text + size) - SEQ_BASE;
}

static bool begins(const char *text, size_t size, const char *with) {
    size_t length = strlen(with);
    return size >= length && !memcmp(text, with, length);
}

static void wamp_greet(struct line *line) {
    sayf(line,
         "[1,\"%s\",{\"roles\":{\"caller\":{},\"callee\":{},\"publisher\":{},\"subscriber\":{}},"
         "\"authmethods\":[\"ticket\"],\"authid\":\"%s\"}]",
         options.realm, options.authid);
}

static void wamp_hear(struct line *line, const char *text, size_t size) {
    const char *end = text + size;
    if (begins(text, size, "[36,")) heard(line, seq_in(text, size));
    else if (begins(text, size, "[50,")) answered(line, number(text + 4, end), seq_in(text, size));
    else if (begins(text, size, "[33,")) joined(line);
    else if (begins(text, size, "[2,")) opened(line);
    else if (begins(text, size, "[4,")) sayf(line, "[5,\"%s\",{}]", options.ticket);
    else fail("connection %u: %.*s", line->index, (int)size, text);
}

static void wamp_join(struct line *line) { sayf(line, "[32,1,{},\"%s\"]", options.topic); }

static void wamp_publish(struct line *line, uint32_t seq) {
    sayf(line, "[16,%u,{},\"%s\",[],%s]", seq, options.topic, payload(seq));
}

static void wamp_call(struct line *line, uint32_t id) {
    sayf(line, "[48,%u,{},\"%s\",[],%s]", id, options.procedure, payload(id));
}

static void io_greet(struct line *line) { (void)line; /* The server begins. */ }

static void io_hear(struct line *line, const char *text, size_t size) {
    if (begins(text, size, "42[\"said\",")) heard(line, seq_in(text, size));
    else if (begins(text, size, "430[")) joined(line);
    else if (begins(text, size, "43")) answered(line, number(text + 2, text + size), seq_in(text, size));
    else if (begins(text, size, "40")) opened(line);
    else if (begins(text, size, "0{")) sayf(line, "40");
    else if (begins(text, size, "2")) sayf(line, "3");
    else fail("connection %u: %.*s", line->index, (int)size, text);
}

static void io_join(struct line *line) { sayf(line, "420[\"join\"]"); }
static void io_publish(struct line *line, uint32_t seq) { sayf(line, "42[\"say\",%s]", payload(seq)); }
static void io_call(struct line *line, uint32_t id) { sayf(line, "42%u[\"echo\",%s]", id, payload(id)); }

static void plain_greet(struct line *line) { opened(line); }

/* One line asks and is answered, or many listen: a line that has asked hears no events. */
static void plain_hear(struct line *line, const char *text, size_t size) {
    uint32_t seq = seq_in(text, size);
    if (line->flying) answered(line, seq, seq);
    else heard(line, seq);
}

static void plain_join(struct line *line) { joined(line); }
static void plain_publish(struct line *line, uint32_t seq) { say(line, payload(seq), PAYLOAD); }
static void plain_call(struct line *line, uint32_t id) { say(line, payload(id), PAYLOAD); }

static const struct dialect dialects[] = {
    {"wamp", "wamp.2.json", wamp_greet, wamp_hear, wamp_join, wamp_publish, wamp_call},
    {"socketio", NULL, io_greet, io_hear, io_join, io_publish, io_call},
    {"plain", NULL, plain_greet, plain_hear, plain_join, plain_publish, plain_call},
};

const struct dialect *find_dialect(const char *name) {
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (!strcmp(dialects[i].name, name)) return &dialects[i];
    fail("nobody here speaks %s", name);
}
