#define _GNU_SOURCE
#include "CIsolation.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int cisolation_memory_file(void) { return memfd_create("svg", MFD_CLOEXEC); }

int cisolation_sockets(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }

int cisolation_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int cisolation_leave_networks(void) { return unshare(CLONE_NEWUSER | CLONE_NEWNET); }

int cisolation_lower(pid_t process, int niceness) {
  return setpriority(PRIO_PROCESS, (id_t)process, getpriority(PRIO_PROCESS, (id_t)process) + niceness);
}

void cisolation_end_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }
