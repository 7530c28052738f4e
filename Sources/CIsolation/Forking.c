#define _GNU_SOURCE
#include "Forking.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int cisolation_fork(void) { return fork(); }

size_t cisolation_allocated(void) {
  struct mallinfo2 state = mallinfo2();
  return state.arena + state.hblkhd;
}

union room {
  char bytes[CMSG_SPACE(sizeof(int))];
  struct cmsghdr alignment;
};

int cisolation_send_descriptor(int socket, int descriptor) {
  char byte = 0;
  struct iovec data = {&byte, 1};
  union room room;
  memset(&room, 0, sizeof room);
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == 1 ? 0 : -1;
}

int cisolation_receive_descriptor(int socket) {
  char byte;
  struct iovec data = {&byte, 1};
  union room room;
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room};
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  struct cmsghdr *header = received == 1 ? CMSG_FIRSTHDR(&message) : NULL;
  if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
  return descriptor;
}

// The socket whose other end decides.
static volatile sig_atomic_t watched = -1;

static int is_alone(void) {
  struct pollfd state = {watched, 0, 0};
  return poll(&state, 1, 0) > 0 && state.revents & POLLHUP;
}

// The signal says that something has happened at the socket. It comes late where the other end has written: the kernel queues the bytes
// first, so that they may have been read, and the signal been asked for, before it looks who asks for it.
static void end_if_alone(int signal) {
  (void)signal;
  int error = errno;
  if (is_alone()) _exit(0);
  errno = error;
}

void cisolation_end_with_peer(int socket, int ends) {
  int flags = fcntl(socket, F_GETFL);
  if (!ends) {
    fcntl(socket, F_SETFL, flags & ~O_ASYNC);
    return;
  }
  watched = socket;
  struct sigaction action = {.sa_handler = end_if_alone, .sa_flags = SA_RESTART};
  sigaction(SIGIO, &action, NULL);
  fcntl(socket, F_SETOWN, getpid());
  fcntl(socket, F_SETFL, flags | O_ASYNC);
  // The other end may have been closed before.
  if (is_alone()) _exit(0);
}
