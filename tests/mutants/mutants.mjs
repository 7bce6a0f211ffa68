// The guards: `from` in `file` becomes `to`, and the test that has to see it. test: a file below tests/, or
// unit:PROGRAM with a name GROUP.TEST. A name is a regular expression, which one of the tests has to match.

const handover = 'mod_torrent_ws/apache/connection_handover.cpp';
const takeover = 'mod_torrent_ws/apache/tls_takeover.cpp';
const relayLoop = 'mod_torrent_ws/apache/tls_relay_loop.cpp';
const pump = 'mod_torrent_ws/apache/tls_pump.cpp';
const relayProcess = 'mod_torrent_ws/apache/relay_process.cpp';
const upgrade = 'mod_torrent_ws/apache/upgrade.cpp';
const main = 'mod_torrent_ws/loop/main.cpp';

export const mutants = [
  // Before the handover
  {
    guard: 'a body is no frames',
    file: upgrade,
    from: 'if (has_body(request) || !is_key',
    to: 'if (!is_key',
    test: 'httpd/handshake.test.mjs',
    name: 'a body gets 400',
  },
  {
    guard: "other sites' pages are refused",
    file: upgrade,
    from: 'if (!is_origin_allowed(request)) {',
    to: 'if (false) {',
    test: 'httpd/handshake.test.mjs',
    name: 'may be no other one',
  },
  {
    guard: '.htaccess opens nothing',
    file: 'mod_torrent_ws/apache/directives.cpp',
    from: 'if (opened != nullptr && std::strcmp(opened, request->handler) == 0) {',
    to: 'if (opened == nullptr || opened != nullptr) {',
    test: 'httpd/htaccess.test.mjs',
    name: 'nothing comes of it',
  },
  {
    guard: '.htaccess does not speak for the server',
    file: 'mod_torrent_ws/apache/directives.cpp',
    from: 'if (ap_check_cmd_context(cmd, NOT_IN_HTACCESS) == nullptr) {',
    to: 'if (cmd != nullptr) {',
    test: 'httpd/htaccess.test.mjs',
    name: 'nothing comes of it',
  },
  {
    guard: 'unknown filters are relayed through',
    file: handover,
    from: 'if (const char* name = unknown_filter(chain)) {',
    to: 'if (const char* name = nullptr; chain == nullptr) {',
    test: 'httpd/blocking-relay.test.mjs',
    name: 'places are bounded',
  },

  // Taking what httpd has
  {
    guard: 'what the filters have read is taken',
    file: handover,
    from: 'if (auto status = drain_filters(connection, from_filters); !status) {',
    to: 'if (auto status = Status(Done{}); !status) {',
    test: 'httpd/tls-records.test.mjs',
    name: 'a frame in the record of the request is taken',
  },
  {
    guard: 'what the core has read is taken',
    file: handover,
    from: 'return drain_core(connection, from_core);',
    to: 'return Done{};',
    test: 'httpd/tls-records.test.mjs',
    name: 'so are more records than httpd takes up at once',
  },
  {
    guard: 'ciphertext below mod_ssl is decrypted',
    file: takeover,
    from: 'decrypt_rest(ssl, client_.get(), std::move(memory_), ciphertext, plaintext);',
    to: 'decrypt_rest(ssl, client_.get(), std::move(memory_), ciphertext.substr(0, 0), plaintext);',
    test: 'httpd/tls-records.test.mjs',
    name: 'so are more records than httpd takes up at once',
  },
  {
    guard: 'httpd lets go',
    file: handover,
    from: '  let_go(request);\n  return OK;',
    to: '  return OK;',
    test: 'httpd/handshake.test.mjs',
    name: 'the answer to a proper upgrade',
  },

  // The SSL after mod_ssl
  {
    guard: 'mod_ssl says no good-bye',
    file: takeover,
    from: '  SSL_set_quiet_shutdown(ssl, 1);\n',
    to: '',
    test: 'httpd/tls.test.mjs',
    name: 'becomes a WebSocket',
  },
  {
    guard: "mod_ssl's context is left",
    file: relayLoop,
    from: '  SSL_set_SSL_CTX(connection.ssl.get(), bare_context_.get());\n',
    to: '',
    test: 'httpd/tls.test.mjs',
    name: 'key updates with SSLKEYLOGFILE',
  },
  {
    guard: "a relay process leaves httpd's session cache alone",
    file: relayLoop,
    from: '    relayed->pump.detach_session_cache();\n',
    to: '',
    test: 'httpd/tls.test.mjs',
    name: 'a bad record of',
  },

  // The relay
  {
    guard: "a client's farewell reaches the plain side",
    file: pump,
    from: '    shutdown(connection_.plain.get(), SHUT_WR);\n',
    to: '',
    test: 'unit:unit-tests',
    name: 'TlsRelay.ClientsFarewellReachesThePlainSide',
  },
  {
    guard: 'a farewell may not take for ever',
    file: relayLoop,
    from: '  if (relayed.pump.is_leaving()) {\n    begin_lingering(relayed);\n  }\n',
    to: '',
    test: 'httpd/tls-records.test.mjs',
    name: 'is let go',
  },
  {
    guard: 'a new process has an epoll of its own',
    file: relayLoop,
    from: '  stopping_ = false;\n  make_descriptors();\n',
    to: '  stopping_ = false;\n',
    test: 'httpd/handover.test.mjs',
    name: 'graceful restarts drop none of them',
  },
  {
    guard: 'children that leave fork a relay process',
    file: relayProcess,
    from: '  switch (fork()) {',
    to: '  switch (1) {',
    test: 'httpd/handover.test.mjs',
    name: 'graceful restarts drop none of them',
  },
  {
    guard: 'children wait for the farewell of a stop',
    file: relayProcess,
    from: '    relay_.finish(kGoodbyeTime);\n',
    to: '',
    test: 'httpd/lifecycle.test.mjs',
    name: 'tells the clients, and leaves no process',
  },
  {
    guard: 'relays have a lifetime',
    file: relayProcess,
    from: '  loop.limit_lifetime(std::chrono::milliseconds(state.configuration.relay_lifetime_ms));\n',
    to: '',
    test: 'httpd/handover.test.mjs',
    name: 'TorrentWsRelayLifetime bounds',
  },
  {
    guard: 'blocking relays are bounded',
    file: 'mod_torrent_ws/loop/websocket_server.cpp',
    from: 'if (handover.blocking && counts_.blocking >= limits_.max_blocking_relays) {',
    to: 'if (handover.blocking && counts_.blocking > limits_.max_connections) {',
    test: 'httpd/blocking-relay.test.mjs',
    name: 'places are bounded',
  },

  // Privileges
  {
    guard: 'the TLS descriptors are closed at exec',
    file: takeover,
    from: 'fcntl(client_socket, F_DUPFD_CLOEXEC, 0)',
    to: 'fcntl(client_socket, F_DUPFD, 0)',
    test: 'httpd/relay-resources.test.mjs',
    name: 'a CGI script inherits no descriptor',
  },
  {
    guard: 'the handover socket is closed at exec',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: 'if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {',
    to: 'if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair.data()) != 0) {',
    test: 'httpd/relay-resources.test.mjs',
    name: 'a CGI script inherits no descriptor',
  },
  {
    guard: 'forks cannot read what is for torrent-ws',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: '  pthread_atfork(nullptr, nullptr, close_in_fork);\n',
    to: '  static_cast<void>(close_in_fork);\n',
    test: 'httpd/privileges.test.mjs',
    name: 'can read what is meant for torrent-ws|may look into them',
  },
  {
    guard: 'only httpd hands over',
    file: 'mod_torrent_ws/loop/event_loop.cpp',
    from: 'if (message.sender_user != getuid()) {',
    to: 'if (message.sender == 0) {',
    test: 'httpd/privileges.test.mjs',
    name: 'forges no user',
  },
  {
    guard: 'nobody looks into torrent-ws',
    file: main,
    from: '  prctl(PR_SET_DUMPABLE, 0);\n',
    to: '',
    test: 'httpd/privileges.test.mjs',
    name: 'nobody of the same user may look into them',
  },
  {
    guard: 'nobody looks into relay processes',
    file: relayProcess,
    from: '  prctl(PR_SET_DUMPABLE, 0);\n',
    to: '  prctl(PR_SET_DUMPABLE, 1);\n',
    test: 'httpd/privileges.test.mjs',
    name: 'nobody of the same user may look into them',
  },

  // Supervision
  {
    guard: 'a stopped torrent-ws goes on',
    file: 'mod_torrent_ws/loop/pulse.cpp',
    from: '      timer_settime(timer, 0, &times, nullptr);\n',
    to: '',
    test: 'httpd/supervision.test.mjs',
    name: 'a stopped torrent-ws goes on',
  },
  {
    guard: 'a hanging event loop is ended',
    file: main,
    from: '      check_event_loop();\n',
    to: '',
    test: 'httpd/event-loop-hang.test.mjs',
    name: 'clients are let in again',
  },
  {
    guard: 'torrent-ws leaves when its lease is over',
    file: main,
    from: '    lease_end_ = Clock::now() + kLease;\n',
    to: '',
    test: 'httpd/lifecycle.test.mjs',
    name: 'without the module ends torrent-ws',
  },
  {
    guard: 'a torrent-ws that died is started again',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: '      start_or_complain(state, server);\n      break;\n',
    to: '      break;\n',
    test: 'httpd/supervision.test.mjs',
    name: 'a killed torrent-ws is replaced',
  },
  {
    guard: 'what is down is refused at once',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: '  state.shared->up.store(0);\n',
    to: '',
    test: 'httpd/supervision.test.mjs',
    name: 'upgrades get 503 at once',
  },
  {
    guard: 'httpd can unload the module',
    file: 'mod_torrent_ws/apache/module.map',
    from: '  local: *;\n',
    to: '',
    test: 'httpd/upgrade.test.mjs',
    name: 'a new version serves new clients',
  },
  {
    guard: 'clients of an old version leave one after the other',
    file: main,
    from: 'leave(CloseCode::kServiceRestart, kDrain);',
    to: 'leave(CloseCode::kServiceRestart, {});',
    test: 'httpd/upgrade.test.mjs',
    name: 'a new version serves new clients',
  },

  // Overload
  {
    guard: "a session's calls are bounded",
    file: 'mod_torrent_ws/loop/callers.cpp',
    from: '  if (caller == 0) {\n',
    to: '  if (caller != ~0ULL) {\n',
    test: 'httpd/floods.test.mjs',
    name: 'calls that the daemon answers',
  },
  {
    guard: 'the last descriptors are kept',
    file: 'mod_torrent_ws/loop/descriptors.cpp',
    from: 'if (static_cast<rlim_t>(socket.get()) + kReserve < descriptor_limit()) {',
    to: 'if (socket) {',
    test: 'httpd/descriptors.test.mjs',
    name: 'clients are refused with 503',
  },
  {
    guard: 'descriptors that are lost are told once a minute',
    file: 'mod_torrent_ws/loop/event_loop.cpp',
    from: 'if (message.descriptors_lost) {',
    to: 'if (message.bytes.empty()) {',
    test: 'httpd/descriptors.test.mjs',
    name: 'a connection is closed and nothing hangs',
  },
  {
    guard: "workers' errors are told once a minute",
    file: 'mod_torrent_ws/loop/jobs.cpp',
    from: 'if (level == LogLevel::kError) {',
    to: 'if (level == LogLevel::kTrace) {',
    test: 'httpd/token-database.test.mjs',
    name: 'of the database',
  },
];
