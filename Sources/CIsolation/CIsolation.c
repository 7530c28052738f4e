#define _GNU_SOURCE
#include "CIsolation.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int cisolation_sockets(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }

int cisolation_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int cisolation_leave_networks(void) { return unshare(CLONE_NEWUSER | CLONE_NEWNET); }

int cisolation_lower(pid_t process, int niceness) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  if (threads == NULL) return -1;
  int result = 0;
  // On Linux, niceness is a thread's (setpriority(2), "C library/kernel differences").
  for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
    id_t thread = (id_t)atoi(entry->d_name);
    if (thread > 0) result |= setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + niceness);
  }
  closedir(threads);
  return result;
}

void cisolation_end_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }
