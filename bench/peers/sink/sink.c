/* A server that does nothing else: plain WebSocket, one send a message, and the accept key that the generator's nonce
 * asks for. On /fan it sends what one connection says to all others; on /echo, back. It shows how much the generator
 * can take, and lets the tests see that the generator notices what a faulty server does:
 *
 *   sink PORT [lose | repeat | swap]     with the tenth message
 */
#define _GNU_SOURCE
#include "../../load/frames.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 20000, BATCH = 1024, READ = 1 << 16 };

struct peer {
    int fd, place; /* In `peers`. */
    bool upgraded, echoes;
    size_t size;
    unsigned char begun[READ];
};

static struct peer *peers[MOST];
static int count, epoll;
static const char *fault = "";

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

static void close_peer(struct peer *peer) {
    close(peer->fd);
    peers[peer->place] = peers[--count];
    peers[peer->place]->place = peer->place;
    free(peer);
}

static void accept_peers(int listener) {
    int on = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct peer *peer = malloc(sizeof *peer);
        if (!peer || count == MOST) give_up("a new connection");
        memset(peer, 0, offsetof(struct peer, begun));
        peer->fd = fd;
        peer->place = count;
        peers[count++] = peer;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) give_up("epoll_ctl");
    }
}

/* Wait for whoever does not read: nothing is queued here. */
static void send_all(int fd, const unsigned char *data, size_t size) {
    while (size) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return;
        if (sent < 0) poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else data += sent, size -= sent;
    }
}

static void pass_on(struct peer *from, const unsigned char *frame, size_t size) {
    if (from->echoes) send_all(from->fd, frame, size);
    else
        for (int i = 0; i < count; i++)
            if (peers[i] != from) send_all(peers[i]->fd, frame, size);
}

static void take_message(struct peer *from, const struct frame *message) {
    static unsigned char frame[READ + FRAME_HEAD], held[READ + FRAME_HEAD];
    static int number;
    size_t size = put_frame(frame, TEXT, message->payload, message->size, 0);
    bool now = ++number == 10;
    if (now && !strcmp(fault, "lose")) return;
    if (now && !strcmp(fault, "repeat")) pass_on(from, frame, size);
    if (now && !strcmp(fault, "swap")) {
        memcpy(held, frame, size);
        return;
    }
    pass_on(from, frame, size);
    if (number == 11 && !strcmp(fault, "swap")) pass_on(from, held, size);
}

static size_t upgrade(struct peer *peer) {
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n";
    unsigned char *end = memmem(peer->begun, peer->size, "\r\n\r\n", 4);
    if (!end) return 0;
    peer->upgraded = true;
    peer->echoes = !memcmp(peer->begun, "GET /echo ", 10);
    send_all(peer->fd, (const unsigned char *)answer, sizeof answer - 1);
    return end - peer->begun + 4;
}

static void serve(struct peer *peer) {
    ssize_t size = recv(peer->fd, peer->begun + peer->size, READ - peer->size, 0);
    if (size <= 0) return close_peer(peer);
    peer->size += size;
    struct frame frame;
    size_t at = peer->upgraded ? 0 : upgrade(peer);
    for (size_t taken; peer->upgraded && (taken = take_frame(peer->begun + at, peer->size - at, &frame)); at += taken)
        if (frame.opcode == TEXT) take_message(peer, &frame);
    memmove(peer->begun, peer->begun + at, peer->size -= at);
}

static int listen_at(int port) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4096)) give_up("listen");
    return listener;
}

int main(int words, char **word) {
    static struct epoll_event events[BATCH];
    int listener = listen_at(words > 1 ? atoi(word[1]) : 0);
    fault = words > 2 ? word[2] : "";
    signal(SIGUSR2, SIG_IGN); /* Others collect garbage. */
    epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN});
    for (;;) {
        int ready = epoll_wait(epoll, events, BATCH, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.ptr) serve(events[i].data.ptr);
            else accept_peers(listener);
    }
}
