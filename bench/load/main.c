/* The load generator: takes commands on standard input, one a line, and answers each with a line of JSON.
 *
 *   open COUNT AT_ONCE            that many more connections, signed in
 *   join AT_ONCE                  all but the first subscribe
 *   fan WINDOW SECONDS            the first publishes, with so many events on the way
 *   call CALLERS FLYING SECONDS   the first CALLERS call, each with so many calls on the way
 *   count                         the connections that there are; one that was lost has ended it before
 *   quit
 *
 * The answer: {"work": connections, subscriptions, deliveries or calls, "seconds": of the wall, "cpu": of this process}.
 * What is lost, repeated, out of order or refused ends it: {"error": sentence}.
 */
#include "load.h"
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct options options = {.host = "127.0.0.1", .path = "/", .realm = "", .authid = "", .ticket = "", .topic = "", .procedure = ""};
const struct dialect *dialect;
struct line **lines;
uint32_t line_count;

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

double now(void) { return seconds_of(CLOCK_MONOTONIC); }

/* What the server said may stand in the sentence: only what is safe in a JSON string passes. */
void fail(const char *format, ...) {
    char text[1000];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    for (char *at = text; *at; at++)
        if (*at == '"' || *at == '\\' || *at < ' ' || *at > '~') *at = *at == '"' ? '\'' : ' ';
    printf("{\"error\": \"%s\"}\n", text);
    fflush(stdout);
    exit(1);
}

static uint64_t perform(const char *command) {
    unsigned a, b;
    double seconds;
    if (sscanf(command, "open %u %u", &a, &b) == 2) return do_open(a, b);
    if (sscanf(command, "join %u", &a) == 1) return do_join(a);
    if (sscanf(command, "fan %u %lf", &a, &seconds) == 2) return do_fan(a, seconds);
    if (sscanf(command, "call %u %u %lf", &a, &b, &seconds) == 3) return do_call(a, b, seconds);
    if (!strncmp(command, "count", 5)) return line_count;
    fail("what is %s?", command);
}

static void answer(const char *command) {
    idle = false;
    double wall = now(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t work = perform(command);
    printf("{\"work\": %lu, \"seconds\": %.6f, \"cpu\": %.6f}\n", (unsigned long)work, now() - wall,
           seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    fflush(stdout);
    idle = true;
}

static void take_options(int count, char **words) {
    static const struct option known[] = {
        {"port", 1, 0, 'p'},  {"host", 1, 0, 'h'},   {"path", 1, 0, 'P'},  {"speak", 1, 0, 's'},     {"realm", 1, 0, 'r'},
        {"authid", 1, 0, 'a'}, {"ticket", 1, 0, 't'}, {"topic", 1, 0, 'T'}, {"procedure", 1, 0, 'c'}, {0}};
    for (int kind; (kind = getopt_long(count, words, "", known, NULL)) != -1;) {
        if (kind == 'p') options.port = atoi(optarg);
        else if (kind == 'h') options.host = optarg;
        else if (kind == 'P') options.path = optarg;
        else if (kind == 's') options.speak = optarg;
        else if (kind == 'r') options.realm = optarg;
        else if (kind == 'a') options.authid = optarg;
        else if (kind == 't') options.ticket = optarg;
        else if (kind == 'T') options.topic = optarg;
        else if (kind == 'c') options.procedure = optarg;
        else fail("an option that is none");
    }
    if (!options.port || !options.speak) fail("--port and --speak are needed");
}

int main(int count, char **words) {
    char command[200];
    take_options(count, words);
    dialect = find_dialect(options.speak);
    start_net();
    for (;;) {
        while (!serve(-1)) continue;
        if (!fgets(command, sizeof command, stdin) || !strncmp(command, "quit", 4)) return 0;
        answer(command);
    }
}
