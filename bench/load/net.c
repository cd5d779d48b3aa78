/* Connections: one epoll loop that opens, reads, writes and finds out when one is lost. */
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 1024, READ = 1 << 20, ADDRESSES = 8 };

bool idle = true; /* Between two commands. */
static int epoll;
static unsigned char input[READ + 1];

static void watch(int operation, int fd, uint32_t events, void *who) {
    struct epoll_event event = {.events = events, .data.ptr = who};
    if (epoll_ctl(epoll, operation, fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

void start_net(void) {
    epoll = epoll_create1(0);
    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, NULL);
}

/* One source address has only some 28,000 ports to one server. */
static void bind_source(int fd, uint32_t index) {
    int on = 1;
    struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001 + index % ADDRESSES)};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&source, sizeof source)) fail("bind: %s", strerror(errno));
}

struct line *dial(uint32_t index) {
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(options.port)};
    struct line *line = calloc(1, sizeof *line);
    int on = 1;
    line->index = index;
    line->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (line->fd < 0) fail("socket: %s", strerror(errno));
    bind_source(line->fd, index);
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    inet_pton(AF_INET, options.host, &target.sin_addr);
    if (connect(line->fd, (struct sockaddr *)&target, sizeof target) && errno != EINPROGRESS)
        fail("connect: %s", strerror(errno));
    watch(EPOLL_CTL_ADD, line->fd, EPOLLIN | EPOLLOUT, line);
    return line;
}

static void keep(unsigned char **kept, size_t *kept_size, const void *data, size_t size) {
    *kept = realloc(*kept, *kept_size + size);
    if (!*kept) fail("no memory");
    memcpy(*kept + *kept_size, data, size);
    *kept_size += size;
}

static void drop(unsigned char **kept, size_t *kept_size) {
    free(*kept);
    *kept = NULL;
    *kept_size = 0;
}

static size_t push(struct line *line, const void *data, size_t size) {
    ssize_t sent = send(line->fd, data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) fail("connection %u: send: %s", line->index, strerror(errno));
    return sent < 0 ? 0 : sent;
}

static void send_all(struct line *line, const unsigned char *data, size_t size) {
    size_t sent = line->queue_size ? 0 : push(line, data, size);
    if (sent == size) return;
    if (!line->queue_size) watch(EPOLL_CTL_MOD, line->fd, EPOLLIN | EPOLLOUT, line);
    keep(&line->queue, &line->queue_size, data + sent, size - sent);
}

static void flush(struct line *line) {
    size_t sent = push(line, line->queue, line->queue_size);
    memmove(line->queue, line->queue + sent, line->queue_size -= sent);
    if (line->queue_size) return;
    drop(&line->queue, &line->queue_size);
    watch(EPOLL_CTL_MOD, line->fd, EPOLLIN, line);
}

/* Masks must differ from frame to frame, not be secret (xorshift). */
static uint32_t next_mask(void) {
    static uint32_t mask = 2463534242;
    mask ^= mask << 13;
    mask ^= mask >> 17;
    return mask ^= mask << 5;
}

void say_frame(struct line *line, enum opcode opcode, const void *data, size_t size) {
    unsigned char frame[FRAME_HEAD + 4096];
    if (size > sizeof frame - FRAME_HEAD) fail("a message of %zu bytes is too long", size);
    send_all(line, frame, put_frame(frame, opcode, data, size, next_mask()));
}

void say(struct line *line, const char *text, size_t size) { say_frame(line, TEXT, text, size); }

static void upgrade(struct line *line) {
    char request[1024];
    const char *protocol = dialect->subprotocol;
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " NONCE "\r\n%s%s%s\r\n",
                        options.path, options.host, options.port, protocol ? "Sec-WebSocket-Protocol: " : "",
                        protocol ? protocol : "", protocol ? "\r\n" : "");
    line->stage = UPGRADING;
    watch(EPOLL_CTL_MOD, line->fd, EPOLLIN, line);
    send_all(line, (unsigned char *)request, size);
}

static void take_socket(struct line *line) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) fail("connection %u: %s", line->index, strerror(error));
    upgrade(line);
}

/* The answer to the upgrade: the bytes it takes, or 0 when its end is not there yet. */
static size_t take_answer(struct line *line, unsigned char *data, size_t size) {
    unsigned char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (size < 12 || memcmp(data, "HTTP/1.1 101", 12)) fail("no upgrade: %.*s", (int)(end - data), data);
    if (!memmem(data, end - data, ACCEPT, strlen(ACCEPT))) fail("a wrong Sec-WebSocket-Accept");
    line->stage = SIGNING_IN;
    dialect->greet(line);
    return end - data + 4;
}

static void take_message(struct line *line, const struct frame *frame) {
    if (!frame->whole) fail("connection %u: a message in fragments", line->index);
    if (frame->opcode == PING) say_frame(line, PONG, frame->payload, frame->size);
    else if (frame->opcode == CLOSE && frame->size >= 2)
        fail("connection %u: closed with %d %.*s", line->index, frame->payload[0] << 8 | frame->payload[1],
             (int)frame->size - 2, frame->payload + 2);
    else if (frame->opcode == TEXT) dialect->hear(line, (char *)frame->payload, frame->size);
}

static void take_input(struct line *line, unsigned char *data, size_t size) {
    struct frame frame;
    size_t at = line->stage == UPGRADING ? take_answer(line, data, size) : 0;
    for (size_t taken; line->stage != UPGRADING && (taken = take_frame(data + at, size - at, &frame)); at += taken)
        take_message(line, &frame);
    if (at < size) keep(&line->rest, &line->rest_size, data + at, size - at);
}

static void read_line(struct line *line) {
    size_t old = line->rest_size;
    if (old) memcpy(input, line->rest, old);
    ssize_t size = recv(line->fd, input + old, READ - old, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) fail("connection %u was lost: %s", line->index, size ? strerror(errno) : "closed by the server");
    drop(&line->rest, &line->rest_size);
    take_input(line, input, old + size);
}

static void serve_line(struct line *line, uint32_t events) {
    if (line->stage == CONNECTING) take_socket(line);
    else if (events & EPOLLOUT) flush(line);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_line(line);
}

bool serve(int milliseconds) {
    static struct epoll_event events[BATCH];
    bool command = false;
    int count = epoll_wait(epoll, events, BATCH, milliseconds);
    if (count == 0 && !idle) fail("nothing was heard for %d ms", milliseconds);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr) serve_line(events[i].data.ptr, events[i].events);
        else command = true;
    }
    if (command && !idle) exit(1); /* Whoever gave the command is gone. */
    return command;
}
