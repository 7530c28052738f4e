#ifndef FORKING_H
#define FORKING_H

#include <stddef.h>

// What a process without threads needs to work for others by copies of itself.

/// As fork(2), which Swift does not offer: right only where this process has one thread.
int cisolation_fork(void);
/// The memory that this process has from the system for what it allocates, in bytes.
size_t cisolation_allocated(void);
/// Hands a descriptor over a local socket; 0 on success.
int cisolation_send_descriptor(int socket, int descriptor);
/// Waits for a descriptor, closed on exec; -1 when the other end is closed, or sends something else.
int cisolation_receive_descriptor(int socket);
/// Ends this process when the other end of a socket closes; or, while something is sent or awaited there, not.
void cisolation_end_with_peer(int socket, int ends);

#endif
