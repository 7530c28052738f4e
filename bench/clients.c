/* Many clients of one service, cheap enough to leave the cores to it: one thread, epoll, connections that are kept alive.
 *
 *   clients PORT HOST TARGET COUNT SECONDS PAUSE RUN
 *
 * Each of COUNT clients asks for TARGET&v=RUN-<number>, so that no output is asked for twice, takes the answer and asks again; after
 * a 503 it waits for PAUSE milliseconds. Not wrk: it cannot wait after some answers only, nor tell how long just those took.
 * Prints one JSON line: answers by status, the time within which 95 % of the 503 came, and what the clients themselves cost.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 4096, MAXIMUM = 4096, TIMES = 1 << 20 };

struct client {
    int socket;
    double asked, due;
    char head[HEAD + 1];
    size_t headSize;
    long bodyLeft; /* -1 while the head is being read */
    int status;
};

static struct client clients[MAXIMUM];
static struct client *pausing[MAXIMUM];
static size_t pausingFirst, pausingCount;
static float times[TIMES];
static long good, refused, other, asked;
static const char *host, *target, *run;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "clients: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void ask(struct client *client)
{
    char request[2048];
    int size = snprintf(request, sizeof request, "GET %s&v=%s-%ld HTTP/1.1\r\nHost: %s\r\n\r\n", target, run, ++asked, host);
    if (size >= (int) sizeof request) fail("TARGET is too long");
    client->headSize = 0;
    client->bodyLeft = -1;
    client->asked = now();
    if (write(client->socket, request, size) != size) fail("write");
}

static void answered(struct client *client, double pause)
{
    double time = now();
    if (client->status == 200) {
        good++;
    } else if (client->status == 503 && strcasestr(client->head, "\r\nretry-after: ")) {
        if (refused < TIMES) times[refused] = time - client->asked;
        refused++;
        client->due = time + pause;
        pausing[(pausingFirst + pausingCount++) % MAXIMUM] = client;
        return;
    } else {
        other++;
    }
    ask(client);
}

/* Whether the answer is complete. */
static int take(struct client *client)
{
    char bytes[65536];
    ssize_t size = read(client->socket, bytes, sizeof bytes);
    if (size <= 0) fail("read");
    if (client->bodyLeft >= 0) return (client->bodyLeft -= size) <= 0;
    size_t before = client->headSize;
    size_t part = (size_t) size < HEAD - before ? (size_t) size : HEAD - before;
    memcpy(client->head + before, bytes, part);
    client->headSize += part;
    client->head[client->headSize] = 0;
    char *end = strstr(client->head, "\r\n\r\n");
    if (!end) return 0;
    end[2] = 0;
    char *length = strcasestr(client->head, "\r\ncontent-length: ");
    if (!length || sscanf(client->head, "HTTP/1.1 %d", &client->status) != 1) fail("not an answer with a length");
    client->bodyLeft = atol(length + 18) - (long) (before + size - (end + 4 - client->head));
    return client->bodyLeft <= 0;
}

static int ascending(const void *one, const void *other)
{
    float a = *(const float *) one, b = *(const float *) other;
    return (a > b) - (a < b);
}

int main(int count, char **arguments)
{
    if (count != 8) return 2;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    host = arguments[2], target = arguments[3], run = arguments[7];
    int clientCount = atoi(arguments[4]);
    double seconds = atof(arguments[5]), pause = atof(arguments[6]) / 1000;
    if (clientCount < 1 || clientCount > MAXIMUM) return 2;
    int poll = epoll_create1(0);
    for (int i = 0; i < clientCount; i++) {
        struct client *client = &clients[i];
        client->socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client->socket, (struct sockaddr *) &address, sizeof address)) fail("connect");
        setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &(int) { 1 }, sizeof(int));
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
        epoll_ctl(poll, EPOLL_CTL_ADD, client->socket, &event);
    }
    double start = now(), end = start + seconds, time;
    for (int i = 0; i < clientCount; i++) ask(&clients[i]);
    while ((time = now()) < end) {
        while (pausingCount > 0 && pausing[pausingFirst]->due <= time) {
            struct client *client = pausing[pausingFirst];
            pausingFirst = (pausingFirst + 1) % MAXIMUM;
            pausingCount--;
            ask(client);
        }
        double next = pausingCount > 0 && pausing[pausingFirst]->due < end ? pausing[pausingFirst]->due : end;
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, (int) ((next - time) * 1000) + 1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (take(client)) answered(client, pause);
        }
    }
    seconds = now() - start;
    size_t known = refused < TIMES ? refused : TIMES;
    qsort(times, known, sizeof *times, ascending);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("{\"seconds\": %f, \"good\": %ld, \"refused\": %ld, \"other\": %ld, \"refusedWithinMilliseconds\": %f, \"cpuSeconds\": %f}\n",
        seconds, good, refused, other, known ? times[(size_t) (0.95 * known)] * 1000 : 0, cpu);
    return 0;
}
