/* What there is to do: open lines, let them join, publish to them, call. Checks that nothing is lost or repeated. */
#include "load.h"
#include <stdlib.h>

enum { SILENCE = 20000, EVENT_SLOTS = 4096, CALL_SLOTS = 1024 };

static uint32_t open_count, joined_count;

/* The events on the way: the first line publishes, all others are to hear each event once and in order. */
static struct {
    uint32_t published, complete;
    uint32_t heard_by[EVENT_SLOTS]; /* How many lines have heard an event, at its number modulo EVENT_SLOTS. */
} fan;

/* The calls on the way. */
static struct {
    uint64_t answered, waiting;
    double until;
} calls;

void opened(struct line *line) {
    if (line->stage == READY) fail("connection %u was let in twice", line->index);
    line->stage = READY;
    open_count++;
}

void joined(struct line *line) {
    (void)line;
    joined_count++;
}

uint64_t do_open(uint32_t count, uint32_t at_once) {
    uint32_t wanted = line_count + count;
    lines = realloc(lines, wanted * sizeof *lines);
    if (!lines) fail("no memory");
    while (open_count < wanted) {
        for (; line_count < wanted && line_count - open_count < at_once; line_count++) lines[line_count] = dial(line_count);
        serve(SILENCE);
    }
    return count;
}

uint64_t do_join(uint32_t at_once) {
    if (line_count < 2) fail("join needs two connections or more");
    for (uint32_t sent = 0, all = line_count - 1; joined_count < all;) {
        for (; sent < all && sent - joined_count < at_once; sent++) dialect->join(lines[1 + sent]);
        if (joined_count < all) serve(SILENCE);
    }
    return line_count - 1;
}

void heard(struct line *line, uint32_t seq) {
    if (seq != line->heard + 1 || seq > fan.published)
        fail("connection %u heard event %u after %u", line->index, seq, line->heard);
    line->heard = seq;
    if (++fan.heard_by[seq % EVENT_SLOTS] < line_count - 1) return;
    fan.heard_by[seq % EVENT_SLOTS] = 0;
    fan.complete++;
}

/* Publish, with at most so many events that not everybody has heard. */
uint64_t do_fan(uint32_t window, double seconds) {
    uint32_t first = fan.published;
    double until = now() + seconds;
    if (!joined_count || window >= EVENT_SLOTS) fail("fan needs a join before it, and a window below %d", EVENT_SLOTS);
    do {
        while (now() < until && fan.published - fan.complete < window) dialect->publish(lines[0], ++fan.published);
        if (fan.complete < fan.published) serve(SILENCE);
    } while (now() < until || fan.complete < fan.published);
    return (uint64_t)(fan.published - first) * (line_count - 1);
}

static void ask(struct line *line) {
    uint32_t *slot = &line->flying[++line->asked % CALL_SLOTS];
    if (*slot) fail("connection %u: call %u was never answered", line->index, *slot);
    *slot = line->asked;
    calls.waiting++;
    dialect->call(line, line->asked);
}

void answered(struct line *line, uint32_t id, uint32_t seq) {
    if (!line->flying || line->flying[id % CALL_SLOTS] != id || seq != id)
        fail("connection %u: call %u was answered with %u", line->index, id, seq);
    line->flying[id % CALL_SLOTS] = 0;
    calls.waiting--;
    calls.answered++;
    if (now() < calls.until) ask(line);
}

uint64_t do_call(uint32_t callers, uint32_t flying, double seconds) {
    uint64_t before = calls.answered;
    if (callers > line_count || flying > MOST_FLYING) fail("call needs so many connections, and at most %d in flight", MOST_FLYING);
    calls.until = now() + seconds;
    for (uint32_t i = 0; i < callers; i++) {
        if (!lines[i]->flying) lines[i]->flying = calloc(CALL_SLOTS, sizeof *lines[i]->flying);
        for (uint32_t k = 0; k < flying; k++) ask(lines[i]);
    }
    while (calls.waiting) serve(SILENCE);
    return calls.answered - before;
}
