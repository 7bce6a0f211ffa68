// The supervisor: httpd's parent process starts the torrent-ws process, starts it again when it dies,
// gives it each new configuration, and ends it with httpd.
//
// The way of mod_cgid, with two differences: the process survives a graceful restart (its pid and its
// sockets are kept in process memory), and it is its own program (fork and exec), so that httpd's
// private keys and a PHP interpreter are not in the memory of a process that parses what strangers send.
// Everything here runs in httpd's parent, unless it says otherwise.
#pragma once

#include <vector>

#include "apache/module.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

// Called from pre_config, before any module forks: what is forked from then on cannot read what is meant for
// torrent-ws.
void guard_forks();

// Called from post_config, also at a graceful restart. That the process cannot be started is logged.
void supervise(server_rec* server, apr_pool_t* pconf);

// Called when the process has ended, and from the monitor hook, every few seconds: starts it, as one that kept dying is
// left alone until then.
void supervise_again(server_rec* server);

// Whether a torrent-ws process runs to take a connection. In children: without a system call.
bool is_up(const SupervisorState& state);

// True once for each generation of the configuration, so that its log says it once. In children.
bool is_first_blocking_relay(const SupervisorState& state);

// Sends torrent-ws an encoded handover message, or one that is still to be encoded. Waits half a second at most
// for room in the socket. In children and relay processes.
Status send_handover(const SupervisorState& state, std::string_view message, const std::vector<int>& descriptors);
Status send_handover(const SupervisorState& state, const Handover& handover, const std::vector<int>& descriptors);

// The socket to the torrent-ws process for handover messages. It stays the same when that is replaced.
// In children and relay processes.
int handover_socket(const SupervisorState& state);

}  // namespace tws::apache
