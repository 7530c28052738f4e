#ifndef CISOLATION_H
#define CISOLATION_H

// GNU extensions that Swift's Glibc module leaves out.

#include "Forking.h"

#include <spawn.h>
#include <sys/types.h>

/// Both ends closed on exec; 0 on success.
int cisolation_sockets(int ends[2]);
/// The new process has no descriptor from this one up.
int cisolation_close_from(posix_spawn_file_actions_t *actions, int first);
/// Leaves this process without any network; 0 where the system allows that.
int cisolation_leave_networks(void);
/// Adds to the niceness of all threads of a process, and so of what they start; 0 on success.
int cisolation_lower(pid_t process, int niceness);
/// This process is killed when the thread ends that has started it.
void cisolation_end_with_parent(void);

#endif
